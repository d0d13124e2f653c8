#pragma once
#include "model/convolution.h"
#include "parallel/batch_part.h"

namespace tandem::model {

/// A convolution that runs on each local shard by itself, forward and backward, with shapes that do not
/// depend on the number of ranks. The gradients of weight and bias go, one per shard, to leaves of the pass's
/// part.
/// @param x [N,C,H,W]
/// @param weights [S,...], a leaf of that part or derived from one
/// @param bias a parameter, or a constant; may be undefined
at::Tensor sharded_convolution(const at::Tensor& x, const at::Tensor& weights, const at::Tensor& bias,
                               const ConvolutionShape& shape, const Pass& pass);

}  // namespace tandem::model
