#pragma once
#include "experiment/run_folder.h"

namespace tandem::experiment {

/// The result of a complete run, with what its settings and its environment.toml tell; no history and no
/// scores yet.
records::RunResult complete_result(const ExperimentConfig& config, const RunFolder& folder);

}  // namespace tandem::experiment
