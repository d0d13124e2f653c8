#include "training/early_backward.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "base/error.h"
#include "parallel/shard_leaves.h"

namespace tandem::training {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Known {
  variable_list values, gradients;
};

/// Gives values whose sum has known gradients at the inputs.
struct KnownGradients : torch::autograd::Function<KnownGradients> {
  static variable_list forward(AutogradContext* context, at::TensorList, const Known& known) {
    context->save_for_backward(known.gradients);
    context->set_materialize_grads(false);
    variable_list out;
    for (const auto& value : known.values) out.push_back(value.detach().clone());
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list of_values) {
    const bool all = std::ranges::all_of(of_values, [](const at::Tensor& g) { return g.defined(); });
    if (!all)
      fail_system(
          "only the sum of the losses of one part of the step can be differentiated; use training.step = "
          "\"reference\" for single ones");
    const auto factor = of_values[0].flatten()[0];  // of the sum, so that it is the same everywhere
    variable_list out;
    for (const auto& gradient : context->get_saved_variables()) out.push_back(gradient * factor);
    out.emplace_back();  // of `known`
    return out;
  }
};

}  // namespace

EarlyBackward::EarlyBackward(model::Networks& net, const StepInputs& in)
    : active_(in.formulation == model::Formulation::Optimised && at::GradMode::is_enabled()) {
  if (!active_) return;
  const auto* leaves = in.part.ranks ? in.part.leaves : nullptr;
  for (const auto& p : net.parameters()) parameters_.push_back(leaves ? leaves->of(p) : p);
}

EarlyBackward::Start EarlyBackward::start(const at::Tensor& value) const {
  if (!active_ || !value.requires_grad()) return {value, value};
  return {value, value.detach().requires_grad_(true)};
}

std::vector<at::Tensor> EarlyBackward::finish(const std::vector<at::Tensor*>& losses,
                                              const std::vector<Start>& starts) const {
  if (!active_) return {};
  variable_list leaves, sources, sums;
  for (const auto& s : starts)
    if (s.leaf.requires_grad()) leaves.push_back(s.leaf), sources.push_back(s.before);
  const auto open_starts = std::ptrdiff_t(leaves.size());
  for (const auto& p : parameters_) leaves.push_back(p), sources.push_back(p);
  std::vector<at::Tensor*> open;  // a loss that trains nothing stays as it is
  std::ranges::copy_if(losses, std::back_inserter(open),
                       [](const at::Tensor* t) { return t->requires_grad(); });
  if (open.empty()) return {};
  for (const auto* loss : open) sums.push_back(loss->sum());
  const auto gradients =
      torch::autograd::grad(sums, leaves, /*grad_outputs=*/{}, /*retain_graph=*/std::nullopt,
                            /*create_graph=*/false, /*allow_unused=*/true);

  variable_list reached;
  Known known;
  for (size_t i = 0; i < leaves.size(); ++i)
    if (gradients[i].defined()) reached.push_back(sources[i]), known.gradients.push_back(gradients[i]);
  for (const auto* loss : open) known.values.push_back(*loss);
  const auto values = KnownGradients::apply(at::TensorList(reached), known);
  for (size_t i = 0; i < open.size(); ++i) *open[i] = values[i];
  return {gradients.begin(), gradients.begin() + open_starts};
}

at::Tensor EarlyBackward::gradient(const at::Tensor& loss, const Start& start) {
  return torch::autograd::grad({loss.sum()}, {start.leaf}, /*grad_outputs=*/{}, /*retain_graph=*/true)[0];
}

}  // namespace tandem::training
