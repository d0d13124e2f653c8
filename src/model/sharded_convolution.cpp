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

/// Sum over rows and pixels, [C]: of a plain matrix, so that it does not depend on where the rows came from.
at::Tensor bias_gradient(const at::Tensor& g) {
  return g.permute({0, 2, 3, 1}).reshape({-1, g.size(1)}).sum(0, false, at::kDouble).to(g.scalar_type());
}

/// Inputs: x [N,C,H,W], weights [S,...] and biases [S,C] (S equal copies), the rows of each shard.
struct ShardedConvolution : torch::autograd::Function<ShardedConvolution> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weights,
                            const std::optional<at::Tensor>& biases, std::vector<std::int64_t> rows,
                            ConvolutionShape shape) {
    context->save_for_backward({x, weights});
    context->saved_data["rows"] = rows;
    context->saved_data["stride"] = shape.stride;
    context->saved_data["padding"] = shape.padding;
    context->saved_data["transposed"] = shape.transposed;
    const auto weight = weights[0], bias = biases ? (*biases)[0] : at::Tensor();
    context->saved_data["bias"] = biases.has_value();
    std::vector<at::Tensor> results;
    for (const auto& shard : canonical_shards(x, rows))
      results.push_back(convolution(shard, weight, bias, shape));
    return at::cat(results, 0);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], weight = saved[1][0];
    const auto rows = context->saved_data["rows"].toIntVector();
    const std::int64_t stride = context->saved_data["stride"].toInt(),
                       padding = context->saved_data["padding"].toInt();
    const bool transposed = context->saved_data["transposed"].toBool(), need_x = context->needs_input_grad(0),
               need_weight = context->needs_input_grad(1),
               need_bias = context->saved_data["bias"].toBool() && context->needs_input_grad(2);
    const auto xs = canonical_shards(x, rows), gs = canonical_shards(gradients[0], rows);
    std::vector<at::Tensor> dx, dweight, dbias;
    for (size_t s = 0; s < rows.size(); ++s) {
      const auto [of_x, of_weight, none] = at::convolution_backward(
          gs[s], xs[s], weight, at::OptionalIntArrayRef(), {stride, stride}, {padding, padding}, {1, 1},
          transposed, {0, 0}, 1, {need_x, need_weight, false});
      if (need_x) dx.push_back(of_x);
      if (need_weight) dweight.push_back(of_weight);
      if (need_bias) dbias.push_back(bias_gradient(gs[s]));
    }
    return {need_x ? at::cat(dx, 0) : at::Tensor(), need_weight ? at::stack(dweight) : at::Tensor(),
            need_bias ? at::stack(dbias) : at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const ConvolutionShape& shape) {
  return at::convolution(x, weight, bias, {shape.stride, shape.stride}, {shape.padding, shape.padding},
                         {1, 1}, shape.transposed, {0, 0}, 1);
}

at::Tensor sharded_convolution(const at::Tensor& x, const at::Tensor& weights, const at::Tensor& bias,
                               const ConvolutionShape& shape, const parallel::BatchPart& part) {
  std::optional<at::Tensor> biases;
  if (bias.defined()) biases = bias.requires_grad() ? part.leaves->of(bias) : bias.unsqueeze(0);
  return ShardedConvolution::apply(x, weights, biases, part.shards, shape);
}

}  // namespace tandem::model
