#pragma once
#include "training/standard_step.h"

namespace tandem::training {

/// The mode of passes that leave BatchNorm alone; the first published code tracked all of them.
model::PassMode frozen_mode(const LossConfig& config);

/// Hard examples made from masked codes; [chen2021] Sec. 2.3. A part that is switched off stays undefined.
struct HardExamples {
  augment::MaskedCode image, shape;
  at::Tensor x_hat;  ///< corrupted image Di(masked z_i), [N,1,H,W], no graph
  at::Tensor p_m;    ///< corrupted segmentation Ds(masked z_s), logits [N,K,H,W], no graph
};

/// Codes whose mask gradients the standard pass can give, so that no pass of their own is needed. The
/// gradients are the same: the same decoder on the same code with the same batch statistics.
MaskNeeds mask_needs(const StepInputs& in, const StepDraws& draws, const augment::LatentConfig& latent,
                     const LossConfig& config);

/// Masks the codes of the standard pass and decodes them, with the weights before the update.
/// @param mask_gradients those that the standard pass gave; others are computed
HardExamples make_hard_examples(model::Networks& net, const StepInputs& in, const model::Codes& codes,
                                const StepDraws& draws, const augment::LatentConfig& latent,
                                const LossConfig& config, const model::Codes& mask_gradients = {});

/// Results of the passes on hard examples.
struct HardPass {
  model::Codes codes;  ///< of x_hat
  at::Tensor p;        ///< FTN(x_hat), logits [N,K,H,W]
  at::Tensor x_rec;    ///< Di(E(x_hat)), [N,1,H,W]
  at::Tensor stn_p;    ///< STN(FTN(x_hat)), logits
  at::Tensor stn_pm;   ///< STN(p_m), logits
  equations::HardTerms terms;
};

/// Training on hard examples, the passes behind L_hard of [chen2021] Eq. (5). Terms of an absent part are 0.
/// @param reconstruction mode of the image decoder's pass
HardPass hard_pass(model::Networks& net, const StepInputs& in, const HardExamples& hard,
                   const LossConfig& config, model::PassMode reconstruction = model::PassMode::Tracked);

}  // namespace tandem::training
