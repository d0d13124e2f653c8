#pragma once
#include "experiment/run_folder.h"

namespace tandem::experiment {

/// The result of a complete run, with the settings it was begun with and what its environment.toml tells; no
/// history and no scores yet.
records::RunResult complete_result(const ExperimentConfig& config, const RunFolder& folder);

}  // namespace tandem::experiment
