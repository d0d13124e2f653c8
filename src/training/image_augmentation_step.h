#pragma once
#include "augment/adversarial_images.h"
#include "augment/image_augmentation_draws.h"
#include "training/hard_example_step.h"

namespace tandem::training {

/// Results of the passes on augmented images.
struct ImageAugmentationPass {
  std::vector<at::Tensor> images;  ///< as the networks get them, without graph: one [N,1,H,W], or all draws
  augment::AdversarialImages search;  ///< of the adversarial methods
  equations::ImageTerms terms;        ///< with their factors: as they add up to the loss
};

/// The image-space augmentation of the settings and its loss, composed around the standard pass of the same
/// step. For multi-window painting, adversarial noise and bias the loss is L_hard of the image scaled to
/// [0,1], all BatchNorm passes frozen, plus the adversarial methods' consistency; for random convolutions it
/// is reconstruction and consistency over the draws, passes tracked. Terms are 0 in a step that has none.
/// @param noisy the input x~ of the standard pass
ImageAugmentationPass image_augmentation_pass(model::Networks& net, const StepInputs& in,
                                              const at::Tensor& noisy, const StandardPass& standard,
                                              const augment::ImageDraw& draw,
                                              const augment::ImageAugmentationConfig& config,
                                              const LossConfig& loss);

/// The image of the settings' method alone, as the networks get it [N,1,H,W]: no loss, no pass that moves
/// statistics. Of random convolutions the first kernel's; without a method x itself.
/// @param noisy as above; @param reference logits that the adversarial methods move away from
at::Tensor augmented_image(model::Networks& net, const StepInputs& in, const at::Tensor& noisy,
                           const at::Tensor& reference, const augment::ImageDraw& draw,
                           const augment::ImageAugmentationConfig& config);

}  // namespace tandem::training
