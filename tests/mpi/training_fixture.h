#pragma once
#include <ATen/ATen.h>

#include "parallel/parallel_config.h"
#include "training/spread.h"
#include "training/train_step.h"

namespace tandem::test {

/// A small training that one process can do alone or a group of ranks together, on the same global batches.
class SmallTraining {
 public:
  struct Setting {
    parallel::ParallelConfig parallel = {};
    augment::LatentConfig latent = {};
    augment::ImageAugmentationConfig image = {};
    training::LossConfig loss = {};
    model::ModelConfig model = {};
    at::ScalarType type = at::kDouble;
    std::int64_t items = 3, rows_per_item = 2, side = 32;
    double learning_rate = 1e-3;
    model::Formulation formulation = model::Formulation::Optimised;
    model::Precision convolutions = model::Precision::Full;
  };

  SmallTraining(comm::Communicator& ranks, const Setting& setting);
  /// One step on the global batch of its number. @return the loss terms of the global batch, float64 [14]
  at::Tensor step(std::uint32_t number);

  model::Networks net;
  training::Spread spread;
  training::Adam adam;

 private:
  /// A batch of random slices; the rows are keyed by item, not by rank.
  training::Batch batch(std::uint32_t number) const;
  Setting setting_;
  training::Cut cut_;
};

/// All parameters and buffers by name.
parallel::NamedTensors tensors_of(model::Networks& net);

}  // namespace tandem::test
