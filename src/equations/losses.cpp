#include "equations/losses.h"

#include <ATen/ATen.h>

namespace tandem::equations {

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels) {
  return at::cross_entropy_loss(logits, labels);
}

at::Tensor reconstruction_loss(const at::Tensor& reconstruction, const at::Tensor& image, double weight) {
  return weight * at::mse_loss(reconstruction, image);
}

at::Tensor noisy_input(const at::Tensor& image, const at::Tensor& noise, double sigma, bool clamp) {
  const auto noisy = image + sigma * noise;
  return clamp ? noisy.clamp(0, 1) : noisy;
}

at::Tensor entropy_map(const at::Tensor& logits, double temperature) {
  const auto p = at::softmax(logits / temperature, 1);
  return -(p * at::log2(p + 1e-7)).sum(1);
}

}  // namespace tandem::equations
