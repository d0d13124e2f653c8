#pragma once
#include "comm/communicator.h"
#include "experiment/run_folder.h"
#include "model/networks.h"
#include "training/trainer.h"

namespace tandem::experiment {

/// Trains one experiment from the start in a new run folder, which is made only once the data have been read
/// without fault, and publishes result.h5 at the end. A run with the same settings is refused unless `force`,
/// which replaces it. Throws Error (75) when stopped on request, after saving. Prints the epochs' lines.
/// Collective: the ranks share every batch; the leader writes.
void train_new_run(comm::Communicator& ranks, const ExperimentConfig& config, bool force,
                   const training::Trainer::Hooks& hooks = {});

/// Goes on with a run from its last checkpoint, on any number of ranks. Overrides that could change the
/// result are refused. Collective.
void resume_run(comm::Communicator& ranks, const RunFolder& folder,
                const std::vector<std::string>& overrides, const training::Trainer::Hooks& hooks = {});

/// Scores of a complete run on some data sets, added to its result.h5 (rows of the same data set are
/// replaced).
/// @param patients "auto" (the run's test patients where the file has any, else all), "test", "all", or a
/// list
void evaluate_run(const RunFolder& folder, const std::vector<std::string>& data_files,
                  const std::string& patients, const std::vector<std::string>& overrides);

/// The networks of a run with its best weights, ready for evaluation.
model::Networks load_networks(const RunFolder& folder, const ExperimentConfig& config,
                              const std::string& device);

}  // namespace tandem::experiment
