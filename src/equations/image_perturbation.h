#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "equations/window.h"

namespace tandem::equations {

/// Scales each image linearly to [0,1]; a constant image becomes 0. @param x [N,C,H,W]
at::Tensor scale_to_unit_range(const at::Tensor& x);

/// Scales each image linearly so that it has the least and the greatest value of another; gradients flow
/// through both. Not in [miyato2019]; in the adversarial augmentation library of the official code.
/// @param x, like [N,C,H,W]
at::Tensor scale_to_range_of(const at::Tensor& x, const at::Tensor& like);

/// Each sample divided by its L2 norm (plus 1e-20): a direction. [miyato2019]
/// @param x [N,...]
at::Tensor unit_direction(const at::Tensor& x);

/// alpha x + (1 - alpha) w * x, the convolution of same size, zeros outside. [xu2021], "mix"
/// @param x [N,C,H,W]; @param weight [C,C,k,k], k odd
at::Tensor random_convolution(const at::Tensor& x, const at::Tensor& weight, double alpha);

/// Pixels that lie in any of an image's windows. @param windows of each image; @return bool [N,1,H,W]
at::Tensor window_mask(const std::vector<std::vector<Window>>& windows, std::int64_t rows,
                       std::int64_t columns);

/// In-painting: noise inside the windows, the image outside. [zhou2021]
/// @param x, noise [N,C,H,W]; @param inside bool [N,1,H,W]
at::Tensor paint_inside(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& inside);

/// Out-painting: noise outside the windows. [zhou2021]
at::Tensor paint_outside(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& inside);

}  // namespace tandem::equations
