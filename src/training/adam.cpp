#include "training/adam.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace tandem::training {

Adam::Adam(std::vector<at::Tensor> all, double learning_rate, double beta1, double beta2, double eps)
    : parameters(std::move(all)), learning_rate_(learning_rate), beta1_(beta1), beta2_(beta2), eps_(eps) {
  for (const auto& p : parameters) {
    first_moment.push_back(at::zeros_like(p).detach());
    second_moment.push_back(at::zeros_like(p).detach());
    steps.push_back(at::zeros({}, p.options().dtype(at::kFloat).requires_grad(false)));
  }
}

void Adam::clear_gradients() {
  for (auto& p : parameters) p.mutable_grad().reset();
}

void Adam::step() {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> values, gradients, first, second, count;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].grad().defined()) continue;
    values.push_back(parameters[i]);
    // The fused kernel walks raw memory: every tensor must be laid out alike.
    const bool alike = parameters[i].grad().strides() == parameters[i].strides();
    gradients.push_back(alike ? parameters[i].grad()
                              : at::empty_like(parameters[i]).copy_(parameters[i].grad()));
    first.push_back(first_moment[i]);
    second.push_back(second_moment[i]);
    count.push_back(steps[i].add_(1));
  }
  at::_fused_adam_(values, gradients, first, second, /*max_exp_avg_sqs=*/{}, count, learning_rate_, beta1_,
                   beta2_,
                   /*weight_decay=*/0.0, eps_, /*amsgrad=*/false, /*maximize=*/false);
}

}  // namespace tandem::training
