#pragma once
#include <ATen/core/Tensor.h>

#include "augment/latent_masking.h"
#include "equations/objectives.h"
#include "model/networks.h"
#include "training/training_config.h"

namespace tandem::training {

/// What a step computes on: images x [N,1,H,W] in the networks' element type, labels y [N,H,W] int64.
struct StepInputs {
  at::Tensor x, y;
};

/// All random numbers of one step.
struct StepDraws {
  at::Tensor noise;  ///< standard normal, [N,1,H,W]
  augment::LatentDraw image, shape;
};

/// Draws for a step by (seed, epoch, step, sample): the same on any rank. Tensors are on the CPU.
StepDraws draw_step(const augment::LatentConfig& latent, const augment::StepKey& key,
                    const std::vector<std::uint32_t>& sample_ids, at::IntArrayRef image_shape);

}  // namespace tandem::training
