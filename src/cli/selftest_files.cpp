#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/timer.h"
#include "cli/selftest_checks.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kVisible_s = 10;

[[noreturn]] void fail_with_errno(const std::string& what) {
  fail_system("{}: {}", what, std::strerror(errno));
}

void write_plain(const fs::path& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) fail_with_errno(path.string());
  const bool whole = ::write(file, text.data(), text.size()) == ssize_t(text.size());
  const bool synced = ::fsync(file) == 0;
  ::close(file);
  if (!whole || !synced) fail_with_errno(fmt::format("{} of {}", whole ? "fsync" : "write", path.string()));
}

nlink_t links_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail_with_errno(path.string());
  return status.st_nlink;
}

/// Checks in a folder of their own; every rank has a name of its own in it.
class FileChecks {
 public:
  FileChecks(Checklist& list, comm::Communicator& ranks, const fs::path& folder)
      : list_(list), ranks_(ranks), folder_(folder), mine_(folder / fmt::format("rank{}", ranks.rank())) {}

  void run() {
    list_.run("files", "write and fsync", [&] { return time_fsync(); });
    list_.run("files", "rename replaces a file", [&] { return check_rename(); });
    list_.run("files", "hard links are counted", [&] { return check_link(); });
    list_.run("files", "exclusive creation", [&] { return check_exclusive(); });
    list_.run("files", "locks (flock)", [&] { return check_lock(); });
    list_.run("files", "one of all ranks wins a claim", [&] { return check_race(); });
    list_.run("files", "all ranks see a new file", [&] { return check_visible(); });
  }

 private:
  fs::path named(const std::string& what) const { return mine_.string() + "." + what; }

  std::string time_fsync() {
    const Timer timer;
    for (int i = 0; i < 5; ++i) write_plain(named("sync"), std::string(1 << 20, 'x'));
    const double ms = timer.seconds() * 1e3 / 5;
    const auto text = fmt::format("{:.1f} ms for 1 MB", ms);
    if (ms > 2000) throw Warn{text + ": checkpoints will take long here"};
    return text;
  }

  std::string check_rename() {
    write_plain(named("old"), "old");
    write_plain(named("new"), "new");
    fs::rename(named("new"), named("old"));
    const auto text = read_text_file(named("old"));
    if (text != "new" || fs::exists(named("new"))) fail_system("after a rename the file holds '{}'", text);
    return "";
  }

  std::string check_link() {
    write_plain(named("claim"), "me");
    if (::link(named("claim").c_str(), named("claim.1").c_str()) != 0) fail_with_errno("link");
    const auto count = links_of(named("claim"));
    if (count != 2)
      fail_system("a file with two names counts {} links: sweeps cannot claim trials here", count);
    return "";
  }

  std::string check_exclusive() {
    const auto create = [&] {
      return ::open(named("once").c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    };
    const int first = create();
    if (first < 0) fail_with_errno("exclusive creation");
    ::close(first);
    if (create() >= 0 || errno != EEXIST) fail_system("a file could be created exclusively twice");
    return "";
  }

  std::string check_lock() {
    const int file = ::open(named("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    const int code = file < 0 ? -1 : ::flock(file, LOCK_EX | LOCK_NB);
    const std::string reason = code == 0 ? "" : std::strerror(errno);
    if (file >= 0) ::close(file);
    if (code != 0) throw Warn{reason + ": Tandem does not need locks, and tells HDF5 to do without"};
    return "";
  }

  /// As sweeps claim trials: every rank links its own file to one name, and who has two links has won.
  std::string check_race() {
    constexpr int kRounds = 20;
    int won = 0;
    for (int round = 0; round < kRounds; ++round) {
      const auto own = named("race" + std::to_string(round)), name = folder_ / fmt::format("race{}", round);
      write_plain(own, "x");
      ranks_.barrier();
      [[maybe_unused]] const int ignored = ::link(own.c_str(), name.c_str());  // NFS may lose the answer
      ranks_.barrier();
      double winners = double(links_of(own) == 2);
      won += winners > 0;
      ranks_.host_all_reduce({&winners, 1}, comm::Op::Sum);
      wrong_ += winners != 1;
    }
    if (wrong_ > 0) fail_system("{} of {} claims had no winner or several", wrong_, kRounds);
    return fmt::format("{} rounds over {} ranks, rank 0 won {}", kRounds, ranks_.size(), won);
  }

  std::string check_visible() {
    const auto news = folder_ / "news";
    ranks_.barrier();
    if (ranks_.is_leader()) write_plain(news, "seen");
    const Timer timer;
    while (!fs::exists(news) && timer.seconds() < kVisible_s)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    double latest = timer.seconds();
    ranks_.host_all_reduce({&latest, 1}, comm::Op::Max);
    if (latest >= kVisible_s)
      fail_system("not seen by every rank within {} s: give a folder on a disk that all hosts share",
                  kVisible_s);
    if (latest > 3) throw Warn{fmt::format("only after {:.1f} s", latest)};
    return fmt::format("after {:.0f} ms", 1e3 * latest);
  }

  Checklist& list_;
  comm::Communicator& ranks_;
  fs::path folder_, mine_;
  int wrong_ = 0;
};

}  // namespace

void check_files(Checklist& list, comm::Communicator& ranks, const fs::path& folder) {
  const auto name = ranks.host_broadcast(fmt::format(".tandem-selftest.{}", ::getpid()), 0);
  std::string trouble;
  if (ranks.is_leader()) {
    std::error_code error;
    fs::create_directories(folder / name, error);
    if (error) trouble = fmt::format("cannot make a folder in {}: {}", folder.string(), error.message());
  }
  trouble = ranks.host_broadcast(trouble, 0);
  if (!trouble.empty()) return list.add({"files", "folder", CheckState::Failed, trouble});
  list.add({"files", "folder", CheckState::Ok, fs::absolute(folder).lexically_normal().string()});
  FileChecks(list, ranks, folder / name).run();
  ranks.barrier();
  std::error_code ignored;
  if (ranks.is_leader()) fs::remove_all(folder / name, ignored);
}

}  // namespace tandem::cli
