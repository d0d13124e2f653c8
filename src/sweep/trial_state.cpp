#include "sweep/trial_state.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/error.h"

namespace tandem::sweep {
namespace {

/// Something from a small file; a file that is damaged or just gone tells nothing.
template <class Read>
auto if_readable(const Read& read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// The epoch whose result was published: normally the only one there.
int epoch_of_result(const TrialPaths& paths, const TrialFiles& files) {
  if (files.results.size() == 1) return *files.results.begin();
  struct stat published = {}, own = {};
  if (::stat(paths.published().c_str(), &published) != 0) return 0;
  for (const int epoch : files.results)
    if (::stat(paths.result(epoch).c_str(), &own) == 0 && own.st_ino == published.st_ino) return epoch;
  return files.epoch();
}

/// Walks over the epochs of a trial in order and keeps what counts.
class History {
 public:
  History(const TrialPaths& paths, const TrialFiles& files) : paths_(paths), files_(files) {}

  void add(int epoch, bool over, TrialState& out) {
    const auto claim = if_readable([&] { return read_claim(paths_.claim(epoch)); });
    Beat beat;
    if (files_.beats.count(epoch))
      beat = if_readable([&] { return read_beat(paths_.beat(epoch)); }).value_or(Beat());
    out.widths.push_back(claim ? claim->width : 1);
    out.seconds += beat.seconds;
    out.steps += std::max<std::int64_t>(0, beat.step - beat.first_step);
    const bool progress = beat.saved > best_saved_;
    best_saved_ = std::max(best_saved_, beat.saved);
    best_step_ = std::max(best_step_, beat.step);
    if (over && epoch > files_.retried) {
      out.without_progress = progress ? 0 : out.without_progress + 1;
      out.reason = "crashed at step " + std::to_string(beat.step) + (claim ? " on " + claim->owner.host : "");
    }
    read_ending(epoch, out);
    out.claim = claim;
    out.beat = beat;
    out.beat.step = best_step_;
    out.beat.saved = best_saved_;
  }
  bool final_failure() const { return final_; }

 private:
  void read_ending(int epoch, TrialState& out) {
    const bool failed = files_.failed.count(epoch) > 0;
    if (!failed && files_.released.count(epoch) == 0) return;
    const auto ending = if_readable(
        [&] { return sweep::read_ending(failed ? paths_.failed(epoch) : paths_.released(epoch)); });
    if (!ending) return;
    out.reason = ending->reason;
    if (failed && ending->kind == FailureKind::BadInput && epoch > files_.retried) final_ = true;
  }

  const TrialPaths& paths_;
  const TrialFiles& files_;
  std::int64_t best_saved_ = 0, best_step_ = 0;
  bool final_ = false;
};

}  // namespace

TrialState read_state(const TrialPaths& paths, const TrialFiles& files, int max_without_progress,
                      bool owner_gone) {
  TrialState out;
  out.epoch = files.epoch();
  out.retry_asked = out.epoch > 0 && files.retried >= out.epoch;
  const bool newest_over = owner_gone || files.ended(out.epoch);
  History history(paths, files);
  for (const int epoch : files.claims) history.add(epoch, epoch < out.epoch || newest_over, out);
  if (files.published) {
    out.state = State::Done;
    out.result_epoch = epoch_of_result(paths, files);
    out.reason.clear();
  } else if (history.final_failure()) {
    out.state = State::Failed;
  } else if (newest_over && out.without_progress >= max_without_progress) {
    out.state = State::Failed;
    out.reason = fmt::format("given up after {} attempts without progress; the last: {}",
                             out.without_progress, out.reason);
  } else if (out.epoch > 0 && !newest_over) {
    out.state = State::Running;
  }
  return out;
}

}  // namespace tandem::sweep
