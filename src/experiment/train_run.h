#pragma once
#include "experiment/run_folder.h"
#include "experiment/team.h"
#include "model/networks.h"
#include "training/trainer.h"

namespace tandem::experiment {

/// Trains one experiment from the start in a new run folder, which is made only once the data have been read
/// without fault, and publishes result.h5 at the end. A run with the same settings is refused unless `force`,
/// which replaces it. Throws Error (75) when stopped on request, after saving. Prints the epochs' lines.
/// Collective: the ranks share every batch; the leader writes.
void train_new_run(const Team& team, const ExperimentConfig& config, bool force);

/// Goes on with a run from its last checkpoint, on any number of ranks. Overrides that could change the
/// result are refused. Collective.
void resume_run(const Team& team, const RunFolder& folder, const std::vector<std::string>& overrides);

/// Trains in a folder that the caller has made (config.toml, environment.toml, checkpoints/), from the start
/// or from a saved state of any folder, and leaves result.h5 there. Otherwise as train_new_run(). Collective.
void train_in(const Team& team, const ExperimentConfig& config, const RunFolder& folder,
              const std::optional<std::filesystem::path>& state, const training::Trainer::Hooks& hooks);

/// Scores of a complete run on some data sets, added to its result.h5 (rows of the same data set are
/// replaced).
/// @param patients "auto" (the run's test patients where the file has any, else all), "test", "all", or a
/// list
/// @param after_case called on the leader after each of its cases
/// Collective: the ranks share the cases.
void evaluate_run(
    const Team& team, const RunFolder& folder, const std::vector<std::string>& data_files,
    const std::string& patients, const std::vector<std::string>& overrides,
    const std::function<void()>& after_case = [] {});

/// The networks of a run with its best weights, ready for evaluation.
model::Networks load_networks(const Team& team, const RunFolder& folder, const ExperimentConfig& config,
                              const std::string& device);

}  // namespace tandem::experiment
