#pragma once
#include <functional>
#include <string>
#include <vector>

#include "sweep/sweep_folder.h"
#include "sweep/trial_state.h"

namespace tandem::sweep {

/// A trial as the files tell, for people and for the aggregated file. Reading it changes nothing.
struct TrialStatus {
  Trial trial;
  TrialState state;
  /// Of a running trial whose owner is gone for certain: why. It will be taken up by the next worker that
  /// looks.
  std::string lost;
  double silence_s = 0;  ///< of a running trial: since its last heartbeat, by the file's time
  int restarts() const;  ///< claims before the one that counts

  /// "done", "running", "lost", "waiting", "failed".
  std::string word() const;
};

/// Reads all trials of a sweep in the order of its plan.
std::vector<TrialStatus> survey(const SweepFolder& sweep, const Owner& self = this_process());

/// Counts, and one line for each trial that is not simply done or waiting; with `all` for every trial.
std::string status_text(const std::vector<TrialStatus>& trials, bool all);
/// The same as one JSON object, every trial included.
std::string status_json(const std::vector<TrialStatus>& trials);
/// True if no trial can go on: all are done or failed.
bool all_over(const std::vector<TrialStatus>& trials);

/// Lets failed trials be tried again. Error for a trial named in `words` that has not failed.
/// @param words labels, names or ids; none = all that have failed
/// Returns the labels.
std::vector<std::string> retry_trials(const SweepFolder& sweep, const std::vector<std::string>& words);

}  // namespace tandem::sweep
