#pragma once
#include <ATen/core/Tensor.h>

#include <string>

#include "augment/latent_masking.h"
#include "model/networks.h"

namespace tandem::experiment {

/// One slice as the networks get it in figures: min-maxed to [0, 1], with its reference.
struct ExampleSlice {
  std::string case_id;
  std::int64_t slice = 0;
  at::Tensor x;  ///< [1,1,H,W], element type and device of the networks
  at::Tensor y;  ///< [1,H,W], int64 class codes

  /// Keys the draws for this slice: equal on any machine and for every figure.
  std::uint32_t id() const;
};

/// How a code is masked in a figure: the threshold is fixed, whatever the run drew in training.
struct MaskRule {
  augment::Scheme scheme = augment::Scheme::Dropout;
  double p = 0.5;     ///< fraction of the code, the rate of dropout; 0: the unmasked code is decoded
  bool soft = false;  ///< targeted schemes: masked values times a in [0, 0.5) instead of 0
};

/// A slice decoded from masked codes.
struct MaskedExample {
  at::Tensor x_hat;                                 ///< Di(masked z_i) [1,1,H,W]
  at::Tensor p_hat;                                 ///< FTN(x_hat), logits [1,4,H,W]
  at::Tensor p_m;                                   ///< Ds(masked z_s), logits [1,4,H,W]
  double p = 0;                                     ///< of the rule
  std::int64_t masked_image = 0, masked_shape = 0;  ///< channels or positions masked in z_i and z_s
  std::int64_t of = 0;                              ///< of so many
};

/// Masks both codes of a slice by one rule and decodes them, all passes by running statistics (method of
/// Supp. Fig. 1); [chen2021] Sec. 2.3. What the rule leaves open (rescaling of dropout, strict comparison,
/// sharing of a) is as in `config`. Equal seeds draw nested masks for growing p.
MaskedExample mask_example(model::Networks& net, const augment::LatentConfig& config,
                           const ExampleSlice& slice, const MaskRule& rule, std::uint64_t seed);

}  // namespace tandem::experiment
