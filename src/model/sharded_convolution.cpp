#include "model/sharded_convolution.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "parallel/shard_leaves.h"

namespace tandem::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The shards, each with the strides that its shape has in NHWC order: a shard of one row, or the whole batch
/// when it is one shard, may carry others that mean the same but make LibTorch choose other code.
std::vector<at::Tensor> canonical_shards(const at::Tensor& x, const std::vector<std::int64_t>& rows) {
  auto shards = x.split_with_sizes(rows, 0);
  const std::int64_t c = x.size(1), h = x.size(2), w = x.size(3);
  for (auto& shard : shards)
    shard =
        shard.contiguous(at::MemoryFormat::ChannelsLast).as_strided(shard.sizes(), {h * w * c, 1, w * c, c});
  return shards;
}

/// Inputs: x [N,C,H,W], weights [S,...] and biases [S,C] (S equal copies), the rows of each shard.
struct ShardedConvolution : torch::autograd::Function<ShardedConvolution> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weights,
                            const std::optional<at::Tensor>& biases, std::vector<std::int64_t> rows,
                            ConvolutionShape shape, Formulation formulation) {
    context->save_for_backward({x, weights});
    context->saved_data["rows"] = rows;
    context->saved_data["shape"] = shape.numbers();
    context->saved_data["optimised"] = formulation == Formulation::Optimised;
    const auto weight = weights[0], bias = biases ? (*biases)[0] : at::Tensor();
    context->saved_data["bias"] = biases.has_value();
    const Pass pass(PassMode::Frozen, nullptr, formulation);  // x and weights are rounded already
    std::vector<at::Tensor> results;
    for (const auto& shard : canonical_shards(x, rows))
      results.push_back(convolution(shard, weight, bias, shape, pass));
    return at::cat(results, 0);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], weight = saved[1][0];
    const auto rows = context->saved_data["rows"].toIntVector();
    const auto shape = ConvolutionShape::of(context->saved_data["shape"].toIntVector());
    const auto formulation =
        context->saved_data["optimised"].toBool() ? Formulation::Optimised : Formulation::Reference;
    const Wanted wanted{context->needs_input_grad(0), context->needs_input_grad(1),
                        context->saved_data["bias"].toBool() && context->needs_input_grad(2)};
    const auto xs = canonical_shards(x, rows), gs = canonical_shards(gradients[0], rows);
    std::vector<at::Tensor> dx, dweight, dbias;
    for (size_t s = 0; s < rows.size(); ++s) {
      const auto of = convolution_gradients(gs[s], xs[s], weight, shape, wanted, formulation);
      if (wanted.x) dx.push_back(of.x);
      if (wanted.weight) dweight.push_back(of.weight);
      if (wanted.bias) dbias.push_back(of.bias);
    }
    return {wanted.x ? at::cat(dx, 0) : at::Tensor(),
            wanted.weight ? at::stack(dweight) : at::Tensor(),
            wanted.bias ? at::stack(dbias) : at::Tensor(),
            at::Tensor(),
            at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor sharded_convolution(const at::Tensor& x, const at::Tensor& weights, const at::Tensor& bias,
                               const ConvolutionShape& shape, const Pass& pass) {
  const auto& part = *pass.part;
  std::optional<at::Tensor> biases;
  if (bias.defined()) biases = bias.requires_grad() ? part.leaves->of(bias) : bias.unsqueeze(0);
  if (pass.convolutions == Precision::Full)
    return ShardedConvolution::apply(x, weights, biases, part.shards, shape, pass.formulation);
  if (biases) biases = rounded(*biases);
  return ShardedConvolution::apply(rounded(x), rounded(weights), biases, part.shards, shape, pass.formulation)
      .to(x.scalar_type());
}

}  // namespace tandem::model
