#pragma once
#include <filesystem>
#include <string>

#include "model/networks.h"
#include "records/run_result.h"
#include "training/adam.h"

namespace tandem::training {

/// Where a run stands: with weights and Adam's state all that resuming needs, since draws are keyed, not
/// stored.
struct Progress {
  std::int64_t epoch = 0;          ///< the epoch in progress
  std::int64_t step_in_epoch = 0;  ///< steps of it already done
  std::int64_t total_steps = 0;
  double best_score = -10000;
  std::int64_t best_epoch = -1;
  bool complete = false;
  std::vector<double> loss_sums;  ///< of the epoch in progress, in the order of kLossNames
  records::History history;       ///< finished epochs
};

/// Writes weights (and, with Adam and progress, the state to go on from) as one HDF5 file; complete or
/// absent.
/// @param config resolved settings as TOML, kept so that a checkpoint explains itself
void save_weights(const std::filesystem::path& path, model::Networks& net, const std::string& config);
void save_state(const std::filesystem::path& path, model::Networks& net, const Adam& adam,
                const Progress& progress, const std::string& config);

/// Fills all tensors of the networks, in their element type and layout; missing or misshapen ones are errors.
void load_weights(const std::filesystem::path& path, model::Networks& net);
/// Fills networks (already placed and typed), Adam and progress from a save_state() file.
Progress load_state(const std::filesystem::path& path, model::Networks& net, Adam& adam);

/// The settings stored in a checkpoint.
std::string checkpoint_config(const std::filesystem::path& path);

}  // namespace tandem::training
