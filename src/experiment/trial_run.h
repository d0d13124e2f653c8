#pragma once
#include <functional>

#include "experiment/train_run.h"

namespace tandem::experiment {

/// What the owner of a trial wants to hear on the leader. What they throw ends the trial on every rank.
struct TrialHooks {
  using Tell = std::function<void(std::int64_t step)>;
  Tell started = [](std::int64_t) {};         ///< from this step; 0 = from the beginning
  Tell progress = [](std::int64_t) {};        ///< a step, or a part of validation or evaluation
  Tell saved = [](std::int64_t) {};           ///< this step's state is on the disk
  std::function<void()> before_save = [] {};  ///< the last moment to say no
};

/// Where a trial works.
struct TrialPlace {
  std::filesystem::path folder;                ///< run folder of this attempt; made here
  std::vector<std::filesystem::path> earlier;  ///< run folders of earlier attempts, newest first
  double max_minutes = 0;                      ///< stop and save after so long; 0 = no limit
};

/// Trains a trial, from the newest state that an earlier attempt left whole, and scores it on
/// evaluation.data. Leaves result.h5 in the folder; throws Error (75) when stopped on request or by the time,
/// after saving. Collective.
void run_trial(const Team& team, ExperimentConfig config, const TrialPlace& place, const TrialHooks& hooks);

}  // namespace tandem::experiment
