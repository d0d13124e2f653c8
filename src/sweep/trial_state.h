#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sweep/trial_files.h"
#include "sweep/trial_records.h"

namespace tandem::sweep {

enum class State {
  Waiting,  ///< nobody has begun, or the last owner gave it back; can be claimed
  Running,  ///< claimed, and nothing says that the owner is gone
  Failed,   ///< will not be tried again until `retry`
  Done,     ///< has its result
};

/// All that the files of a trial tell.
struct TrialState {
  State state = State::Waiting;
  int epoch = 0;                     ///< newest claim; 0 = never claimed
  int result_epoch = 0;              ///< the claim that made the result; 0 = none
  bool retry_asked = false;          ///< it had failed; somebody wants it tried again, and nobody has yet
  int without_progress = 0;          ///< attempts in a row that saved nothing new
  Beat beat;                         ///< newest epoch's, with the furthest step reached by any
  std::optional<Claim> claim;        ///< newest epoch's; empty if unreadable
  std::string reason;                ///< why it failed or was given back last; may be empty
  double seconds = 0;                ///< of all epochs together
  std::int64_t steps = 0;            ///< steps made in all epochs together
  std::vector<std::int64_t> widths;  ///< ranks used, by epoch
};

/// Attempts in a row without progress after which a trial counts as failed: the first and three retries.
inline constexpr int kMaxWithoutProgress = 4;

/// Reads a trial's files. An attempt that ended by a crash counts once a later epoch has been claimed, or if
/// `owner_gone` says so of the newest one.
/// @param files what list_trial() gave
TrialState read_state(const TrialPaths& paths, const TrialFiles& files, int max_without_progress,
                      bool owner_gone = false);

}  // namespace tandem::sweep
