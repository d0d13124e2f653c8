#pragma once
#include <ATen/core/Tensor.h>

#include "model/convolution.h"

namespace tandem::model {

/// Nearest-neighbour upsampling: [N,C,H,W] -> [N,C,2H,2W].
at::Tensor doubled(const at::Tensor& x);

/// A 3x3 convolution of a doubled image as one transposed convolution of the small image, with 16 products a
/// small pixel in place of 36: conv3x3(doubled(x), w) = convolution(x, merged_with_doubling(w),
/// kMergedShape).
/// @param weight [...,out,in,3,3]
/// @return [...,in,out,4,4], the order of transposed convolutions
at::Tensor merged_with_doubling(const at::Tensor& weight);

inline constexpr ConvolutionShape kMergedShape{/*stride=*/2, /*padding=*/1, /*transposed=*/true};

}  // namespace tandem::model
