#pragma once
#include <functional>
#include <limits>

#include "sweep/lease.h"
#include "sweep/sweep_folder.h"
#include "sweep/trial_claim.h"
#include "sweep/trial_state.h"

namespace tandem::sweep {

/// What a runner knows of the trial that it is to run, and what it tells of it. Used by one thread at a time.
struct TrialContext {
  Trial trial;
  int epoch = 0;
  std::filesystem::path settings;     ///< trial.toml
  std::filesystem::path checkpoints;  ///< folder to write into; made and empty
  /// Checkpoint folders of earlier epochs, newest first; the runner finds out which holds a valid one.
  std::vector<std::filesystem::path> earlier;
  std::filesystem::path
      result;  ///< where the result file must be, complete and closed, when the runner returns

  /// The training goes on from this step of an earlier epoch.
  std::function<void(std::int64_t step)> start_at;
  /// Call whenever the work has come forward: a step, a batch of the evaluation. A trial whose runner is
  /// silent for the length of a lease is taken up by another worker. Costs nothing between two heartbeats.
  std::function<void(std::int64_t step)> beat;
  /// Call after a checkpoint has been written. Only this counts as progress that a crash does not undo.
  std::function<void(std::int64_t step)> saved;
  /// True if another worker has taken the trial: ask before writing a checkpoint, and stop by any exception.
  std::function<bool()> superseded;
};

/// Trains and evaluates one trial. Returns when the result file is there. Throws Error: Stopped (75) after
/// saving on request, BadInput (65) for what will fail again (settings, data, a loss that is not finite),
/// anything else for what may work another time. Watchdog (76) also ends the worker, since the group is
/// broken.
using TrialRunner = std::function<void(TrialContext&)>;

/// Something that happened to a trial.
struct Event {
  enum class Kind {
    Claimed,
    ResultReady,  ///< the result file is closed, and not yet published
    Published,
    Duplicate,
    Superseded,
    Stopped,
    Failed,
  };
  Kind kind;
  std::string label;
  int epoch;
  std::int64_t step;
  std::string text;  ///< details for people
};

/// "trial=proposed/cval0 epoch=2 step=812 failed: ...".
std::string describe(const Event& event);

struct WorkerOptions {
  Owner self = this_process();
  std::int64_t width = 1;      ///< ranks of this group
  std::int64_t offset = 0;     ///< where in the list to begin: the array task or group number
  double lease_s = 180;        ///< an owner silent for so long is gone
  double beat_s = 20;          ///< time between heartbeats
  double poll_s = 5;           ///< time between two looks when there is nothing to claim
  double typical_trial_s = 0;  ///< 0 = the mean of the trials finished so far
  double checkpoint_s = 300;   ///< a trial can be cut after so long without loss
  int max_without_progress = kMaxWithoutProgress;
  bool wait_for_others = false;  ///< stay until no trial is running anywhere
  std::function<bool()> stop_asked = [] { return false; };
  std::function<double()> seconds_left = [] { return std::numeric_limits<double>::infinity(); };
  std::function<double()> clock;  ///< seconds that only grow; empty = the system's
  Obituaries::AskQueue ask_queue = [](const std::string& job) { return ask_squeue(job); };
  std::function<void(const Event&)> on_event;  ///< empty = printed
};

/// Why a worker came back.
struct WorkerReport {
  enum class End {
    NothingLeft,  ///< every trial is done, failed, or in the hands of a living owner
    Stopped,      ///< asked to stop; work remains
    OutOfTime,    ///< the time left is too short for another trial; work remains
  };
  End end = End::NothingLeft;
  int published = 0, failed = 0;  ///< by this worker
};

/// Claims and runs the trials of a sweep one after another until none is left. For the leader of a group of
/// ranks only. One trial's failure never stops the others; throws Error only with Watchdog (76).
///
/// With nothing to claim it stays until each trial that runs elsewhere has given a sign of life (so that it
/// takes up those of owners that died unseen).
WorkerReport run_worker(const SweepFolder& sweep, const WorkerOptions& options, const TrialRunner& runner);

}  // namespace tandem::sweep
