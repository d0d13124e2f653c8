#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace tandem::training {

/// Adam [kingma2015] without weight decay over a list of parameters: one fused kernel call a step.
class Adam {
 public:
  Adam(std::vector<at::Tensor> parameters, double learning_rate, double beta1, double beta2, double eps);

  void clear_gradients();
  /// One update with the gradients present; parameters without a gradient stay as they are.
  void step();

  std::vector<at::Tensor> parameters;
  std::vector<at::Tensor> first_moment, second_moment, steps;  // shaped like the parameters; float32 scalars

 private:
  double learning_rate_, beta1_, beta2_, eps_;
};

}  // namespace tandem::training
