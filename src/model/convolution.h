#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#include "model/pass.h"

namespace tandem::model {

/// Geometry of a square convolution.
struct ConvolutionShape {
  std::int64_t stride, padding;
  bool transposed;

  /// As autograd keeps it between forward and backward.
  std::vector<std::int64_t> numbers() const { return {stride, padding, transposed}; }
  static ConvolutionShape of(const std::vector<std::int64_t>& n) { return {n.at(0), n.at(1), n.at(2) != 0}; }
};

/// Values of Precision::BFloat16; their gradient comes back in the type of x. An undefined tensor stays so.
at::Tensor rounded(const at::Tensor& x);

/// A convolution on all rows at once, in the precision of the pass. The optimised form takes the gradient of
/// the weights by a kernel of its own where there is one (float32 on the CPU, channels in multiples of 16).
/// @param bias may be undefined
at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const ConvolutionShape& shape, const Pass& pass);

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
