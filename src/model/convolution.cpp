#include "model/convolution.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/weight_gradient.h"

namespace tandem::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor plain(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                 const ConvolutionShape& shape) {
  return at::convolution(x, weight, bias, {shape.stride, shape.stride}, {shape.padding, shape.padding},
                         {1, 1}, shape.transposed, {0, 0}, 1);
}

/// Sum over rows and pixels, [C]: of a plain matrix, so that it does not depend on where the rows came from.
at::Tensor bias_gradient(const at::Tensor& g) {
  return g.permute({0, 2, 3, 1}).reshape({-1, g.size(1)}).sum(0, false, at::kDouble).to(g.scalar_type());
}

/// Of a convolution and of a transposed one it is the same sum, with the two images in exchanged places.
kernels::TapGeometry geometry_of(const at::Tensor& small, const at::Tensor& large, std::int64_t kernel,
                                 const ConvolutionShape& shape) {
  return {.n = small.size(0),
          .h = small.size(2),
          .w = small.size(3),
          .m = small.size(1),
          .b_h = large.size(2),
          .b_w = large.size(3),
          .c = large.size(1),
          .kernel = kernel,
          .stride = shape.stride,
          .padding = shape.padding};
}

bool has_kernel(const at::Tensor& x, const at::Tensor& weight, Formulation formulation) {
  // Second in both orders of weights are the channels of the larger image.
  return formulation == Formulation::Optimised && x.is_cpu() && x.scalar_type() == at::kFloat &&
         kernels::has_weight_gradient(weight.size(1));
}

at::Tensor weight_gradient(const at::Tensor& g, const at::Tensor& x, const at::Tensor& weight,
                           const ConvolutionShape& shape) {
  const auto in = x.contiguous(at::MemoryFormat::ChannelsLast),
             out = g.contiguous(at::MemoryFormat::ChannelsLast);
  const auto& small = shape.transposed ? in : out;
  const auto& large = shape.transposed ? out : in;
  auto gradient = at::empty(weight.sizes(), weight.options(), at::MemoryFormat::ChannelsLast);
  kernels::weight_gradient(small.const_data_ptr<float>(), large.const_data_ptr<float>(),
                           geometry_of(small, large, weight.size(2), shape), gradient.data_ptr<float>());
  return gradient;
}

struct Convolution : torch::autograd::Function<Convolution> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias, ConvolutionShape shape) {
    context->save_for_backward({x, weight});
    context->saved_data["bias"] = bias.has_value();
    context->saved_data["shape"] = shape.numbers();
    return plain(x, weight, bias.value_or(at::Tensor()), shape);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto shape = ConvolutionShape::of(context->saved_data["shape"].toIntVector());
    const Wanted wanted{context->needs_input_grad(0), context->needs_input_grad(1),
                        context->saved_data["bias"].toBool() && context->needs_input_grad(2)};
    const auto of =
        convolution_gradients(gradients[0], saved[0], saved[1], shape, wanted, Formulation::Optimised);
    return {of.x, of.weight, of.bias, at::Tensor()};
  }
};

}  // namespace

ConvolutionGradients convolution_gradients(const at::Tensor& g, const at::Tensor& x, const at::Tensor& weight,
                                           const ConvolutionShape& shape, Wanted wanted,
                                           Formulation formulation) {
  ConvolutionGradients of;
  const bool by_kernel = wanted.weight && has_kernel(x, weight, formulation);
  if (by_kernel) of.weight = weight_gradient(g, x, weight, shape);
  const bool weight_too = wanted.weight && !by_kernel;
  if (wanted.x || weight_too) {
    const auto [of_x, of_weight, none] = at::convolution_backward(
        g, x, weight, at::OptionalIntArrayRef(), {shape.stride, shape.stride}, {shape.padding, shape.padding},
        {1, 1}, shape.transposed, {0, 0}, 1, {wanted.x, weight_too, false});
    if (wanted.x) of.x = of_x;
    if (weight_too) of.weight = of_weight;
  }
  if (wanted.bias) of.bias = bias_gradient(g);
  return of;
}

at::Tensor rounded(const at::Tensor& x) { return x.defined() ? x.to(at::kBFloat16) : x; }

at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const ConvolutionShape& shape, const Pass& pass) {
  if (pass.convolutions == Precision::BFloat16)
    return plain(rounded(x), rounded(weight), rounded(bias), shape).to(x.scalar_type());
  if (!weight.requires_grad() || !at::GradMode::is_enabled() || !has_kernel(x, weight, pass.formulation))
    return plain(x, weight, bias, shape);
  return Convolution::apply(x, weight, bias.defined() ? std::optional(bias) : std::nullopt, shape);
}

}  // namespace tandem::model
