#pragma once
#include <ATen/core/Tensor.h>

#include "model/batch_norm.h"

/// The arithmetic of BatchNorm with activation and residual on the rows of one process. On the CPU the
/// optimised form runs the fused kernels; everywhere else, and as their judge, the same formulas stand as
/// tensor operations. x, y, dy, residual are [N,C,H,W], vectors over channels float64 [C].
namespace tandem::model::ops {

/// sum of x and of x^2 over rows and pixels: float64 [2,C]
at::Tensor channel_sums(const at::Tensor& x, Formulation formulation);

/// y = act((x - mean) scale + beta + residual); residual may be undefined
struct Affine {
  at::Tensor mean, scale, beta;
};
at::Tensor normalise(const at::Tensor& x, const Affine& affine, const at::Tensor& residual,
                     Activation activation, Formulation formulation);

/// g = dy act'(y), and its sums with 1 and x - mean: float64 [2,C].
struct BackwardSums {
  at::Tensor sums;
  at::Tensor g;  ///< undefined where it is made again when needed
};
/// @param y undefined if there was no residual: its sign then follows from x
BackwardSums backward_sums(const at::Tensor& dy, const at::Tensor& y, const at::Tensor& x,
                           const Affine& affine, Activation activation, Formulation formulation);

/// dx = a g + b (x - mean) + c
struct Coefficients {
  at::Tensor a, b, c;
};
at::Tensor backward_apply(const at::Tensor& dy, const BackwardSums& backward, const at::Tensor& x,
                          const Affine& affine, const Coefficients& k, Activation activation,
                          Formulation formulation);

}  // namespace tandem::model::ops
