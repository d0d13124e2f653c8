#pragma once
#include <filesystem>
#include <functional>

#include "experiment/experiment_config.h"
#include "experiment/team.h"

namespace tandem::cli {

/// How the ranks of a job are cut into teams.
struct TeamOptions {
  std::int64_t width = 0;          ///< ranks of a team, a divisor of all; 0 = one team of all
  std::filesystem::path progress;  ///< where ranks of several hosts leave their progress; "" = nowhere
};

/// run_on_ranks() for experiments: the ranks are compared (program, settings, seed, GPUs) and cut into teams,
/// the backend is chosen and said with its reason, and a watchdog ends the job if a rank hangs.
/// @param config whose sections [comm] and [watchdog] count, and by which ranks are compared
/// @param work called on every rank with its team and the team's number; may throw CommonError, the same on
/// all ranks of a team
void run_in_teams(const experiment::ExperimentConfig& config, const TeamOptions& options,
                  const std::function<void(const experiment::Team& team, int number)>& work);

}  // namespace tandem::cli
