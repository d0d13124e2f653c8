#include "equations/losses.h"

#include <ATen/ATen.h>

namespace tandem::equations {

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels, std::int64_t samples) {
  const auto pixels = samples * logits.size(2) * logits.size(3);
  return at::cross_entropy_loss(logits, labels, /*weight=*/{}, at::Reduction::Sum) / double(pixels);
}

at::Tensor mean_squared_error(const at::Tensor& a, const at::Tensor& b, std::int64_t samples) {
  const auto elements = samples * a.size(1) * a.size(2) * a.size(3);
  return at::mse_loss(a, b, at::Reduction::Sum) / double(elements);
}

at::Tensor reconstruction_loss(const at::Tensor& reconstruction, const at::Tensor& image, double weight,
                               std::int64_t samples) {
  return weight * mean_squared_error(reconstruction, image, samples);
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
