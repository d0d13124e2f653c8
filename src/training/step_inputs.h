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

  at::Tensor y_corrupted = {};  ///< [N,H,W] int64: the STN reads it in place of the FTN's prediction

  /// A pass over these rows; they must outlive its backward pass.
  model::Pass pass(model::PassMode mode) const { return {mode, part.ranks ? &part : nullptr, formulation}; }
};

/// L_seg or L_shp of this rank's rows, one value per shard: [S]; all of them add up to the loss of the batch.
at::Tensor segmentation_loss(const at::Tensor& logits, const StepInputs& in);
/// weight * squared error against the images x, likewise: [S].
at::Tensor image_loss(const at::Tensor& reconstruction, const StepInputs& in, double weight);

/// All random numbers of one step.
struct StepDraws {
  at::Tensor noise;  ///< standard normal, [N,1,H,W]
  augment::LatentDraw image, shape;
  augment::ImageDraw augmented;
};

/// Draws for a step by (seed, epoch, step, sample): the same on any rank. Tensors are on the CPU.
StepDraws draw_step(const augment::LatentConfig& latent, const augment::StepKey& key,
                    const std::vector<std::uint32_t>& sample_ids, at::IntArrayRef image_shape,
                    const augment::ImageAugmentationConfig& image = {});

}  // namespace tandem::training
