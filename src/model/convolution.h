#pragma once
#include <ATen/core/Tensor.h>

#include "model/pass.h"

namespace tandem::model {

/// Geometry of a square convolution.
struct ConvolutionShape {
  std::int64_t stride, padding;
  bool transposed;
};

/// A convolution on all rows at once. The optimised form takes the gradient of the weights by a kernel of its
/// own where there is one (float32 on the CPU, channels in multiples of 16). @param bias may be undefined
at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const ConvolutionShape& shape, Formulation formulation);

/// Gradients of x, weight and bias, as far as wanted; the others stay undefined.
struct ConvolutionGradients {
  at::Tensor x, weight, bias;
};
struct Wanted {
  bool x, weight, bias;
};
/// @param g gradient of the result, like it
ConvolutionGradients convolution_gradients(const at::Tensor& g, const at::Tensor& x, const at::Tensor& weight,
                                           const ConvolutionShape& shape, Wanted wanted,
                                           Formulation formulation);

}  // namespace tandem::model
