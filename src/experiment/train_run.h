#pragma once
#include "experiment/run_folder.h"
#include "model/networks.h"

namespace tandem::experiment {

/// Trains one experiment in its folder, from the start or from its last checkpoint, and publishes result.h5 at the end.
/// Throws Error (75) when stopped on request, after saving. Prints the epochs' lines.
void train_run(const ExperimentConfig& config, const RunFolder& folder, bool resume);

/// Scores of a complete run on some data sets, added to its result.h5 (rows of the same data set are replaced).
/// @param patients "auto" (the run's test patients where the file has any, else all), "test", "all", or a list
void evaluate_run(const RunFolder& folder, const std::vector<std::string>& data_files, const std::string& patients,
                  const std::vector<std::string>& overrides);

/// The networks of a run with its best weights, ready for evaluation.
model::Networks load_networks(const RunFolder& folder, const ExperimentConfig& config, const std::string& device);

}  // namespace tandem::experiment
