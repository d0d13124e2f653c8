#pragma once
#include <ATen/core/Tensor.h>

#include "parallel/batch_part.h"

namespace tandem::model {

/// Geometry of a square convolution.
struct ConvolutionShape {
  std::int64_t stride, padding;
  bool transposed;
};

/// A convolution on all rows at once. @param bias may be undefined
at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const ConvolutionShape& shape);

/// A convolution that runs on each local shard by itself, forward and backward, with shapes that do not
/// depend on the number of ranks. The gradients of weight and bias go, one per shard, to the part's leaves.
/// @param x [N,C,H,W]
/// @param weights [S,...], a leaf of the part or derived from one
/// @param bias a parameter, or a constant; may be undefined
at::Tensor sharded_convolution(const at::Tensor& x, const at::Tensor& weights, const at::Tensor& bias,
                               const ConvolutionShape& shape, const parallel::BatchPart& part);

}  // namespace tandem::model
