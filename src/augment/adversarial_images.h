#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "augment/image_augmentation_draws.h"
#include "parallel/batch_part.h"

namespace tandem::augment {

/// How far the prediction on an image is from that on the clean one, a scalar: the global batch's mean, or
/// this part's share. What each sample adds must depend on that sample alone, so that its gradient is its
/// own.
using DivergenceOf = std::function<at::Tensor(const at::Tensor& image)>;

/// What a search tried and found; nothing carries a graph.
struct AdversarialImages {
  at::Tensor image;                   ///< [N,C,H,W]
  at::Tensor found;                   ///< advnoise: direction [N,C,H,W]; advbias: control points [N,1,gH,gW]
  at::Tensor field;                   ///< advbias: [N,1,H,W]
  std::vector<at::Tensor> gradients;  ///< of the divergence, one per iteration
  std::vector<at::Tensor> divergences;  ///< where they were taken
};

/// Virtual adversarial noise; [miyato2019], with the division of the range of [0,1] images that the
/// official code's library does (setting renorm).
/// @param x clean images [N,C,H,W]; @param direction where the power iteration starts, of length 1
/// @param part whose rows these are; null: the whole batch
AdversarialImages adversarial_noise(const at::Tensor& x, const at::Tensor& direction,
                                    const AdversarialNoiseConfig& config, const DivergenceOf& divergence_of,
                                    const parallel::BatchPart* part = nullptr);

/// Adversarial bias fields; [chen2020]. @param control_points where the ascent starts, [N,1,gH,gW]
/// @param spline of fields of the size of x
AdversarialImages adversarial_bias(const at::Tensor& x, const at::Tensor& control_points,
                                   const SplineBasis& spline, const AdversarialBiasConfig& config,
                                   const DivergenceOf& divergence_of,
                                   const parallel::BatchPart* part = nullptr);

}  // namespace tandem::augment
