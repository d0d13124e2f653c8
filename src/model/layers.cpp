#include "model/layers.h"

#include <ATen/ATen.h>

#include "model/sharded_convolution.h"

namespace tandem::model {

Conv::Conv(std::int64_t in, std::int64_t out, std::int64_t k, std::int64_t s, Bias kind)
    : weight(at::zeros({out, in, k, k})), kernel(k), stride(s), bias_kind(kind) {
  if (kind != Bias::None) bias = at::zeros({out});
}

TransposedConv::TransposedConv(std::int64_t channels)
    : weight(at::zeros({channels, channels, 2, 2})), bias(at::zeros({channels})) {}

at::Tensor Conv::forward(const at::Tensor& x, const Pass& pass) const {
  if (pass.part && pass.part->leaves)
    return sharded_convolution(x, weight, bias, {stride, kernel / 2, /*transposed=*/false}, *pass.part);
  return at::conv2d(x, weight, bias, /*stride=*/stride, /*padding=*/kernel / 2);
}

void Conv::visit(const std::string& prefix, const TensorVisitor& visitor) {
  visitor(prefix + ".weight", weight, Role::ConvWeight);
  if (bias_kind != Bias::None)
    visitor(prefix + ".bias", bias, bias_kind == Bias::Output ? Role::OutputBias : Role::ConvBias);
}

at::Tensor TransposedConv::forward(const at::Tensor& x, const Pass& pass) const {
  if (pass.part && pass.part->leaves)
    return sharded_convolution(x, weight, bias, {/*stride=*/2, /*padding=*/0, /*transposed=*/true},
                               *pass.part);
  return at::conv_transpose2d(x, weight, bias, /*stride=*/2);
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
