#pragma once
#include <ATen/core/Tensor.h>

#include "augment/image_augmentation_draws.h"
#include "augment/latent_masking.h"
#include "equations/objectives.h"
#include "model/networks.h"
#include "training/training_config.h"

namespace tandem::training {

/// What a step computes on: images x [N,1,H,W] in the networks' element type, labels y [N,H,W] int64.
struct StepInputs {
  at::Tensor x, y;
  parallel::BatchPart part = {};  ///< where these rows belong; default: they are the whole batch

  model::Formulation formulation = model::Formulation::Optimised;
  model::Precision convolutions = model::Precision::Full;

  at::Tensor y_corrupted = {};  ///< [N,H,W] int64: the STN reads it in place of the FTN's prediction

  /// A pass over these rows; they must outlive its backward pass.
  model::Pass pass(model::PassMode mode) const {
    return {mode, part.ranks ? &part : nullptr, formulation, convolutions};
  }
};

/// L_seg or L_shp of this rank's rows, one value per shard: [S]; all of them add up to the loss of the batch.
at::Tensor segmentation_loss(const at::Tensor& logits, const StepInputs& in);
/// weight * squared error against the images x, likewise: [S].
at::Tensor image_loss(const at::Tensor& reconstruction, const StepInputs& in, double weight);

/// All random numbers of one step. What changes from step to step and is computed with is a tensor, so that a
/// recorded step can be given the next one's.
struct StepDraws {
  at::Tensor noise;  ///< standard normal, [N,1,H,W]
  augment::LatentDraw image, shape;
  augment::ImageDraw augmented;
};

/// Draws for a step by (seed, epoch, step, sample): the same on any rank. Tensors are on the CPU.
StepDraws draw_step(const augment::LatentConfig& latent, const augment::StepKey& key,
                    const std::vector<std::uint32_t>& sample_ids, at::IntArrayRef image_shape,
                    const augment::ImageAugmentationConfig& image = {});

/// The tensors of a step's draws that are there: values that are computed with, and what chooses among them.
struct DrawTensors {
  std::vector<at::Tensor*> values;
  std::vector<at::Tensor*> choices;  ///< masks and ranks: they keep their element type
};
DrawTensors tensors_of(StepDraws& draws);

/// Draws where a step computes, values in its element type: then the step itself copies nothing from the
/// host.
/// @param like the images x
StepDraws on_device(StepDraws draws, const at::Tensor& like);

}  // namespace tandem::training
