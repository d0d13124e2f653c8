#pragma once
#include <filesystem>
#include <functional>

#include "comm/watchdog.h"
#include "experiment/experiment_config.h"

namespace tandem::cli {

/// What an experiment works with: the ranks, over the backend of its settings, and what watches over them (null
/// for a single process, for which nobody waits).
struct Team {
  comm::Communicator& ranks;
  comm::Watchdog* watchdog = nullptr;
};

/// run_on_ranks() for an experiment: the ranks are compared (program, settings, seed, GPUs), the backend is chosen
/// and said with its reason, and a watchdog ends the job if a rank hangs.
/// @param folder where ranks of several hosts leave their progress; "" = none
void run_as_team(const experiment::ExperimentConfig& config, const std::filesystem::path& folder,
                 const std::function<void(const Team&)>& work);

}  // namespace tandem::cli
