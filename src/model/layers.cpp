#include "model/layers.h"

#include <ATen/ATen.h>

#include "model/sharded_convolution.h"
#include "model/upsampling.h"
#include "parallel/shard_leaves.h"

namespace tandem::model {

Conv::Conv(std::int64_t in, std::int64_t out, std::int64_t k, std::int64_t s, Bias kind)
    : weight(at::zeros({out, in, k, k})), kernel(k), stride(s), bias_kind(kind) {
  if (kind != Bias::None) bias = at::zeros({out});
}

TransposedConv::TransposedConv(std::int64_t channels)
    : weight(at::zeros({channels, channels, 2, 2})), bias(at::zeros({channels})) {}

at::Tensor Conv::forward(const at::Tensor& x, const Pass& pass, Input input, bool train_bias) const {
  const bool merged = input == Input::Doubled;
  const auto shape = merged ? kMergedShape : ConvolutionShape{stride, kernel / 2, /*transposed=*/false};
  const auto added = bias.defined() && !train_bias ? bias.detach() : bias;
  if (pass.part && pass.part->leaves) {
    const auto weights = pass.part->leaves->of(weight);  // [S,out,in,k,k]
    return sharded_convolution(x, merged ? merged_with_doubling(weights) : weights, added, shape, pass);
  }
  return convolution(x, merged ? merged_with_doubling(weight) : weight, added, shape, pass);
}

namespace {

/// Convolution and BatchNorm with running statistics as one convolution.
at::Tensor folded(const Conv& conv, const at::Tensor& x, const BatchNorm& bn, Activation activation,
                  Input input, const at::Tensor& residual) {
  const auto scale = bn.weight.to(at::kDouble) * (bn.running_var.to(at::kDouble) + kBatchNormEps).rsqrt();
  const auto shift = (conv.bias.defined() ? conv.bias - bn.running_mean : -bn.running_mean) * scale + bn.bias;
  const auto type = x.scalar_type();
  auto weight = (conv.weight * scale.view({-1, 1, 1, 1})).to(type);
  ConvolutionShape shape{conv.stride, conv.kernel / 2, /*transposed=*/false};
  if (input == Input::Doubled) weight = merged_with_doubling(weight), shape = kMergedShape;
  const auto y = convolution(x, weight, shift.to(type), shape, Pass(PassMode::Evaluation));
  return activate(residual.defined() ? y + residual : y, activation);
}

}  // namespace

at::Tensor conv_norm_act(const Conv& conv, const at::Tensor& x, BatchNorm& bn, const Pass& pass,
                         Activation activation, Input input, const at::Tensor& residual) {
  const bool optimised = pass.formulation == Formulation::Optimised;
  const bool by_shards =
      pass.part && pass.part->leaves;  // then every convolution runs on one shard at a time
  if (optimised && pass.mode == PassMode::Evaluation && !by_shards)
    return folded(conv, x, bn, activation, input, residual);
  const auto y = conv.forward(x, pass, input, /*train_bias=*/!optimised);
  return batch_norm_act(y, bn, pass, activation, residual);
}

void Conv::visit(const std::string& prefix, const TensorVisitor& visitor) {
  visitor(prefix + ".weight", weight, Role::ConvWeight);
  if (bias_kind != Bias::None)
    visitor(prefix + ".bias", bias, bias_kind == Bias::Output ? Role::OutputBias : Role::ConvBias);
}

at::Tensor TransposedConv::forward(const at::Tensor& x, const Pass& pass) const {
  const ConvolutionShape shape{/*stride=*/2, /*padding=*/0, /*transposed=*/true};
  if (pass.part && pass.part->leaves)
    return sharded_convolution(x, pass.part->leaves->of(weight), bias, shape, pass);
  return convolution(x, weight, bias, shape, pass);
}

void TransposedConv::visit(const std::string& prefix, const TensorVisitor& visitor) {
  visitor(prefix + ".weight", weight, Role::TransposedWeight);
  visitor(prefix + ".bias", bias, Role::TransposedBias);
}

void visit_batch_norm(BatchNorm& bn, const std::string& prefix, const TensorVisitor& visitor) {
  visitor(prefix + ".weight", bn.weight, Role::Gamma);
  visitor(prefix + ".bias", bn.bias, Role::Beta);
  visitor(prefix + ".running_mean", bn.running_mean, Role::Mean);
  visitor(prefix + ".running_var", bn.running_var, Role::Variance);
  visitor(prefix + ".num_batches_tracked", bn.num_batches_tracked, Role::Counter);
}

}  // namespace tandem::model
