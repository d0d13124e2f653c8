#include "equations/image_perturbation.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace tandem::equations {
namespace {

constexpr double kTiny = 1e-20;

struct Ends {
  at::Tensor low, high;  // [N,1,1,1]
};

/// Least and greatest value of each image; the gradient goes to one pixel each.
Ends ends_of(const at::Tensor& x) {
  const auto flat = x.flatten(1);
  return {std::get<0>(flat.min(1)).view({-1, 1, 1, 1}), std::get<0>(flat.max(1)).view({-1, 1, 1, 1})};
}

}  // namespace

at::Tensor scale_to_unit_range(const at::Tensor& x) {
  const auto ends = ends_of(x);
  return (x - ends.low) / (ends.high - ends.low + kTiny);
}

at::Tensor scale_to_range_of(const at::Tensor& x, const at::Tensor& like) {
  const auto ends = ends_of(like);
  return scale_to_unit_range(x) * (ends.high - ends.low) + ends.low;
}

at::Tensor unit_direction(const at::Tensor& x) {
  // float64: squares of small float32 gradients would vanish.
  const auto wide = x.to(at::kDouble);
  auto shape = std::vector<std::int64_t>(size_t(x.dim()), 1);
  shape[0] = x.size(0);
  return (wide / (wide.flatten(1).norm(2, 1).view(shape) + kTiny)).to(x.scalar_type());
}

at::Tensor random_convolution(const at::Tensor& x, const at::Tensor& weight, double alpha) {
  require(weight.size(2) % 2 == 1, "a convolution of same size needs an odd kernel, not {}", weight.size(2));
  const auto padding = weight.size(2) / 2;
  return alpha * x + (1 - alpha) * at::conv2d(x, weight, /*bias=*/{}, /*stride=*/1, padding);
}

at::Tensor window_mask(const std::vector<std::vector<Window>>& windows, std::int64_t rows,
                       std::int64_t columns) {
  auto mask = at::zeros({std::int64_t(windows.size()), 1, rows, columns}, at::kBool);
  for (size_t n = 0; n < windows.size(); ++n)
    for (const auto& w : windows[n])
      mask[std::int64_t(n)].narrow(1, w.first_row, w.rows).narrow(2, w.first_column, w.columns).fill_(true);
  return mask;
}

at::Tensor paint_inside(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& inside) {
  return at::where(inside, noise, x);
}

at::Tensor paint_outside(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& inside) {
  return at::where(inside, x, noise);
}

}  // namespace tandem::equations
