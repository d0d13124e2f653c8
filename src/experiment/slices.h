#pragma once
#include <memory>

#include "data/slice_dataset.h"
#include "data/split.h"
#include "experiment/experiment_config.h"
#include "experiment/team.h"

namespace tandem::experiment {

/// Slices for training and validation.
struct Slices {
  data::Split split;
  data::SliceDataset training, validation;
};

/// Reads and checks the slices of the settings. The team's ranks on one host share one copy in memory; a host
/// without room for that is told of and each rank reads its own. Collective: if one rank cannot read, all
/// fail with its error.
std::unique_ptr<Slices> read_slices(const Team& team, const ExperimentConfig& config);

}  // namespace tandem::experiment
