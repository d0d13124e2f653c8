#include "model/sharded_convolution.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "parallel/shard_leaves.h"

namespace tandem::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

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
    for (const auto& shard : x.split_with_sizes(rows, 0))
      results.push_back(at::convolution(shard, weight, bias, {shape.stride, shape.stride},
                                        {shape.padding, shape.padding}, {1, 1}, shape.transposed, {0, 0}, 1));
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
    const auto xs = x.split_with_sizes(rows, 0), gs = gradients[0].split_with_sizes(rows, 0);
    const std::int64_t channels = gradients[0].size(1);
    std::vector<at::Tensor> dx, dweight, dbias;
    for (size_t s = 0; s < rows.size(); ++s) {
      auto [of_x, of_weight, of_bias] = at::convolution_backward(
          gs[s], xs[s], weight, at::IntArrayRef(channels), {stride, stride}, {padding, padding}, {1, 1},
          transposed, {0, 0}, 1, {need_x, need_weight, need_bias});
      if (need_x) dx.push_back(of_x);
      if (need_weight) dweight.push_back(of_weight);
      if (need_bias) dbias.push_back(of_bias);
    }
    return {need_x ? at::cat(dx, 0) : at::Tensor(), need_weight ? at::stack(dweight) : at::Tensor(),
            need_bias ? at::stack(dbias) : at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor sharded_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                               const ConvolutionShape& shape, const parallel::BatchPart& part) {
  return ShardedConvolution::apply(x, part.leaves->of(weight),
                                   bias.defined() ? std::optional(part.leaves->of(bias)) : std::nullopt,
                                   part.shards, shape);
}

}  // namespace tandem::model
