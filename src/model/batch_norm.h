#pragma once
#include <ATen/core/Tensor.h>

#include "kernels/batch_norm_kernels.h"
#include "model/pass.h"

namespace tandem::model {

using kernels::Activation;
using kernels::kLeakySlope;

inline constexpr double kBatchNormEps = 1e-5;
inline constexpr double kBatchNormMomentum = 0.1;

/// Parameters and buffers of one BatchNorm [ioffe2015] over C channels.
struct BatchNorm {
  explicit BatchNorm(std::int64_t channels);

  at::Tensor weight, bias;               // [C], gamma and beta
  at::Tensor running_mean, running_var;  // [C]; the variance is the unbiased one
  at::Tensor num_batches_tracked;        // int64 scalar
};

/// The activation by itself.
at::Tensor activate(const at::Tensor& x, Activation activation);

/// act(batch_norm(x) + residual), the project's one place for BatchNorm: tracked, frozen and evaluation
/// passes. Batch statistics are those of the global batch where the pass has only a part of it; then it is
/// collective, forward and backward.
/// @param x        [N,C,H,W]
/// @param residual [N,C,H,W], or undefined for none
at::Tensor batch_norm_act(const at::Tensor& x, BatchNorm& bn, const Pass& pass, Activation activation,
                          const at::Tensor& residual = {});

}  // namespace tandem::model
