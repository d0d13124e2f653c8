#pragma once
#include "parallel/reducer.h"
#include "training/adam.h"
#include "training/image_augmentation_step.h"

namespace tandem::training {

/// Names of the loss terms in the order of train_step's result. Saved states hold them in this order: append.
inline const std::vector<std::string> kLossNames = {
    "ce_p",           "rec",   "ce_stn_p", "ce_stn_y", "hard_ce_p",   "hard_rec",       "hard_ce_stn_p",
    "hard_ce_stn_pm", "total", "da_ce_p",  "da_rec",   "da_ce_stn_p", "da_consistency", "hard_ce_pm"};

/// All of one forward pass.
struct ForwardPass {
  StandardPass standard;
  HardExamples hard_examples;
  HardPass hard;
  ImageAugmentationPass image;
  at::Tensor loss;   ///< L = L_std + L_hard + L_DA of this rank's rows, scalar with its graph
  at::Tensor terms;  ///< [S,14], by shard and in the order of kLossNames, detached, on the device
};

/// Standard pass and, if asked for, hard examples or augmented images and their passes. @param noisy the
/// input x~ [N,1,H,W]
ForwardPass forward_step(model::Networks& net, const StepInputs& in, const at::Tensor& noisy,
                         const StepDraws& draws, const augment::LatentConfig& latent,
                         const LossConfig& config, const augment::ImageAugmentationConfig& image = {});

/// One training step: forward, one backward, one Adam update. Collective if the inputs are a part of a batch.
/// @param reducer sums the gradients of all parts; null: the whole batch is here
/// @return the loss terms of the global batch, float64 [14], on the device: no host wait
at::Tensor train_step(model::Networks& net, Adam& adam, parallel::Reducer* reducer, const StepInputs& in,
                      const StepDraws& draws, const augment::LatentConfig& latent, const LossConfig& config,
                      const augment::ImageAugmentationConfig& image = {});

}  // namespace tandem::training
