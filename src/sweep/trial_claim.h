#pragma once
#include <optional>

#include "base/timer.h"
#include "sweep/trial_files.h"
#include "sweep/trial_records.h"

namespace tandem::sweep {

/// How a result came out when it was to become the trial's.
enum class Publication {
  Published,   ///< it is the one result of the trial
  Duplicate,   ///< another was there first; this one is removed
  Superseded,  ///< the trial belongs to a later epoch; nothing was published
};

/// A trial held by this process under one epoch. Claims are only ever created, never taken away; ends by one
/// of publish(), release(), fail(), or by silence.
class TrialClaim {
 public:
  /// Tries to take an epoch. Decided by the link count of the claimant's own file, since over NFS the answer
  /// to link(2) may be lost. Empty if another was faster.
  static std::optional<TrialClaim> take(const TrialPaths& paths, int epoch, const Claim& claim);
  TrialClaim(TrialClaim&&) = default;

  const TrialPaths& paths() const { return paths_; }
  int epoch() const { return epoch_; }
  double seconds() const { return since_claim_.seconds(); }
  const Beat& last_beat() const { return beat_; }

  /// Where this epoch starts from; the step counts from here.
  void start_at(std::int64_t step);
  /// Notes a step; writes the beat if `interval_s` has passed since the last one was written.
  void beat(std::int64_t step, double interval_s);
  /// Notes a checkpoint, and writes the beat.
  void saved(std::int64_t step);

  /// The epoch or result that took this one's place, in words; "" while the trial is ours.
  std::string superseded() const;

  /// Makes result.<e>.h5, which must be complete and closed, the trial's result; the first wins.
  Publication publish();
  /// Gives the trial back with its checkpoints.
  void release(const std::string& reason);
  void fail(FailureKind kind, const std::string& reason);

 private:
  TrialClaim(TrialPaths paths, int epoch, std::filesystem::path temporary);
  void write_beat();
  void drop_temporary();
  void tidy();

  TrialPaths paths_;
  int epoch_;
  std::filesystem::path temporary_;  ///< kept while the claim lives: its link count is the proof
  Beat beat_;
  Timer since_claim_, since_beat_;
};

}  // namespace tandem::sweep
