#pragma once
#include "training/step_inputs.h"

namespace tandem::training {

/// Results of the standard pass; K = 4, codes [N,128,H/16,W/16].
struct StandardPass {
  model::Codes codes;  ///< of the noisy input
  at::Tensor p;        ///< FTN logits [N,K,H,W]
  at::Tensor x_rec;    ///< reconstruction [N,1,H,W]
  at::Tensor stn_p;    ///< STN on p, logits [N,K,H,W]
  at::Tensor stn_y;    ///< STN on the labels, logits [N,K,H,W]
  equations::StandardTerms terms;
  model::Codes mask_gradients;  ///< as far as they were asked for, like the codes
};

/// Codes whose gradients the masks will need, to be taken from this pass: its decoders see what the passes
/// for the masks would see. Running statistics of a decoder then move for both.
struct MaskNeeds {
  bool z_i = false, z_s = false;
};

/// Standard training, the passes behind L_std of [chen2021] Eq. (1).
StandardPass standard_pass(model::Networks& net, const StepInputs& in, const at::Tensor& noisy,
                           const LossConfig& config, const MaskNeeds& needs = {});

}  // namespace tandem::training
