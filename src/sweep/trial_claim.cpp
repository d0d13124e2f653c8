#include "sweep/trial_claim.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/atomic_file.h"
#include "base/error.h"

namespace tandem::sweep {
namespace {

namespace fs = std::filesystem;

/// Part of the names of files that are being made; what a killed process leaves behind has it too.
constexpr const char* kTemporary = ".tmp";

void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

/// Writes a new file that no other process writes at the same time.
fs::path write_temporary(const fs::path& stem, const Owner& owner, const std::string& text) {
  static int counter = 0;
  const auto name = fmt::format("{}{}-{}-{}-{}-{}", stem.string(), kTemporary, owner.host, owner.pid,
                                owner.start, ++counter);
  const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0644);
  if (fd < 0) fail_system("cannot make {}: {}", name, std::strerror(errno));
  const bool written = ::write(fd, text.data(), text.size()) == ssize_t(text.size()) && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (written) return name;
  remove_quietly(name);
  fail_system("cannot write {}: {}", name, std::strerror(error));
}

bool same_file(const fs::path& a, const fs::path& b) {
  struct stat first = {}, second = {};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 && first.st_ino == second.st_ino &&
         first.st_dev == second.st_dev;
}

}  // namespace

std::optional<TrialClaim> TrialClaim::take(const TrialPaths& paths, int epoch, const Claim& claim) {
  const auto temporary = write_temporary(paths.claim(epoch), claim.owner, to_text(claim));
  [[maybe_unused]] const int answer = ::link(temporary.c_str(), paths.claim(epoch).c_str());
  struct stat status = {};
  const bool taken = ::stat(temporary.c_str(), &status) == 0 && status.st_nlink == 2;
  if (!taken) {
    remove_quietly(temporary);
    return std::nullopt;
  }
  flush_to_disk(paths.folder);
  return TrialClaim(paths, epoch, temporary);
}

TrialClaim::TrialClaim(TrialPaths paths, int epoch, fs::path temporary)
    : paths_(std::move(paths)), epoch_(epoch), temporary_(std::move(temporary)) {}

void TrialClaim::start_at(std::int64_t step) {
  beat_.first_step = beat_.step = beat_.saved = step;
  write_beat();
}

void TrialClaim::beat(std::int64_t step, double interval_s) {
  beat_.step = step;
  if (since_beat_.seconds() >= interval_s || beat_.count == 0) write_beat();
}

void TrialClaim::saved(std::int64_t step) {
  beat_.step = beat_.saved = step;
  write_beat();
}

void TrialClaim::write_beat() {
  ++beat_.count;
  beat_.seconds = seconds();
  write_text_file(paths_.beat(epoch_), to_text(beat_));
  since_beat_.restart();
}

std::string TrialClaim::superseded() const {
  const auto files = list_trial(paths_);
  if (files.epoch() > epoch_) return "epoch " + std::to_string(files.epoch());
  if (files.published) return "a published result";
  return "";
}

Publication TrialClaim::publish() {
  const auto mine = paths_.result(epoch_);
  if (!superseded().empty()) {
    const bool late = fs::exists(paths_.published());
    remove_quietly(mine);
    drop_temporary();
    return late ? Publication::Duplicate : Publication::Superseded;
  }
  flush_to_disk(mine);
  write_beat();  // the last one tells how long the trial took
  [[maybe_unused]] const int answer = ::link(mine.c_str(), paths_.published().c_str());
  if (same_file(mine, paths_.published())) {
    flush_to_disk(paths_.folder);
    tidy();
    return Publication::Published;
  }
  const int error = errno;
  if (!fs::exists(paths_.published()))
    fail_system("cannot publish {}: {}", paths_.published().string(), std::strerror(error));
  remove_quietly(mine);
  drop_temporary();
  return Publication::Duplicate;
}

void TrialClaim::release(const std::string& reason) {
  write_beat();
  write_text_file(paths_.released(epoch_), to_text(Ending{FailureKind::Failure, reason}));
  drop_temporary();
}

void TrialClaim::fail(FailureKind kind, const std::string& reason) {
  write_beat();
  write_text_file(paths_.failed(epoch_), to_text(Ending{kind, reason}));
  drop_temporary();
}

void TrialClaim::drop_temporary() { remove_quietly(temporary_); }

/// The trial is over: removes what killed or superseded owners left.
void TrialClaim::tidy() {
  std::error_code code;
  std::vector<fs::path> leftovers;
  for (fs::directory_iterator entry(paths_.folder, code), end; !code && entry != end; entry.increment(code)) {
    const auto name = entry->path().filename().string();
    if (name.find(kTemporary) != std::string::npos) leftovers.push_back(entry->path());
  }
  for (int earlier = 1; earlier < epoch_; ++earlier) {
    leftovers.push_back(paths_.result(earlier));
    leftovers.push_back(paths_.checkpoints(earlier));
  }
  for (const auto& path : leftovers) remove_quietly(path);
}

}  // namespace tandem::sweep
