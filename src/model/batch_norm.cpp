#include "model/batch_norm.h"

#include <ATen/ATen.h>

namespace tandem::model {

BatchNorm::BatchNorm(std::int64_t channels)
    : weight(at::ones({channels})),
      bias(at::zeros({channels})),
      running_mean(at::zeros({channels})),
      running_var(at::ones({channels})),
      num_batches_tracked(at::zeros({}, at::kLong)) {}

namespace {

at::Tensor normalise(const at::Tensor& x, BatchNorm& bn, PassMode mode) {
  switch (mode) {
    case PassMode::Tracked: {
      const at::NoGradGuard no_grad_for_counter;
      bn.num_batches_tracked.add_(1);
      break;
    }
    case PassMode::Frozen:
      return at::batch_norm(x, bn.weight.detach(), bn.bias.detach(), {}, {}, /*training=*/true,
                            kBatchNormMomentum, kBatchNormEps, /*cudnn_enabled=*/true);
    case PassMode::Evaluation:
      return at::batch_norm(x, bn.weight, bn.bias, bn.running_mean, bn.running_var, /*training=*/false,
                            kBatchNormMomentum, kBatchNormEps, /*cudnn_enabled=*/true);
  }
  return at::batch_norm(x, bn.weight, bn.bias, bn.running_mean, bn.running_var, /*training=*/true,
                        kBatchNormMomentum, kBatchNormEps, /*cudnn_enabled=*/true);
}

}  // namespace

at::Tensor batch_norm_act(const at::Tensor& x, BatchNorm& bn, PassMode mode, Activation activation,
                          const at::Tensor& residual) {
  at::Tensor y = normalise(x, bn, mode);
  if (residual.defined()) y = y + residual;
  switch (activation) {
    case Activation::None:
      return y;
    case Activation::ReLU:
      return at::relu(y);
    case Activation::LeakyReLU:
      return at::leaky_relu(y, kLeakySlope);
  }
  return y;
}

}  // namespace tandem::model
