#include "equations/bias_field.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/error.h"
#include "equations/image_perturbation.h"

namespace tandem::equations {
namespace {

/// A box of s ones convolved with itself three times, over s^3: the cubic B-spline at 4s - 3 places.
std::vector<double> sampled_spline(std::int64_t s) {
  std::vector<double> kernel(size_t(s), 1.0);
  for (int time = 0; time < 3; ++time) {
    std::vector<double> longer(kernel.size() + size_t(s) - 1, 0.0);
    for (size_t i = 0; i < kernel.size(); ++i)
      for (size_t j = 0; j < size_t(s); ++j) longer[i + j] += kernel[i] / double(s);
    kernel = std::move(longer);
  }
  return kernel;
}

/// First row that is kept of the full grid, where the outermost control points are rows 0 and full - 1.
std::int64_t first_row(std::int64_t length, std::int64_t s, std::int64_t inner) {
  const auto excess = s * inner - (s - 1) - length;  // <= 0
  return s - (-excess + 1) / 2;
}

/// Linear enlargement by a factor, pixel centres aligned at the image's borders.
at::Tensor enlarged(const at::Tensor& rows, std::int64_t factor) {
  const auto n = rows.size(0);
  auto result = at::empty({n * factor, rows.size(1)}, rows.options());
  for (std::int64_t i = 0; i < n * factor; ++i) {
    const double place = std::max(0.0, (double(i) + 0.5) / double(factor) - 0.5);
    const auto below = std::int64_t(place), above = std::min(below + 1, n - 1);
    const double weight = place - double(below);
    result[i].copy_((1 - weight) * rows[below] + weight * rows[above]);
  }
  return result;
}

}  // namespace

std::int64_t control_point_count(std::int64_t length, std::int64_t spacing, std::int64_t downscale) {
  require(downscale >= 1 && spacing >= downscale && length % downscale == 0,
          "a bias field over {} pixels cannot have control points {} pixels apart at 1/{} of the size",
          length, spacing, downscale);
  const auto s = spacing / downscale, small = length / downscale;
  return (small + s - 1) / s + 2;
}

at::Tensor spline_matrix(std::int64_t length, std::int64_t spacing, std::int64_t downscale) {
  const auto points = control_point_count(length, spacing, downscale);
  const auto s = spacing / downscale, small = length / downscale;
  const auto kernel = sampled_spline(s);
  const auto half = std::int64_t(kernel.size()) / 2, first = first_row(small, s, points - 2);
  auto matrix = at::zeros({small, points}, at::kDouble);
  auto values = matrix.accessor<double, 2>();
  for (std::int64_t i = 0; i < small; ++i)
    for (std::int64_t q = 0; q < points; ++q) {
      const auto offset = first + i - q * s + half;
      if (offset >= 0 && offset < std::int64_t(kernel.size())) values[i][q] = kernel[size_t(offset)];
    }
  return enlarged(matrix, downscale);
}

at::Tensor spline_surface(const at::Tensor& control_points, const at::Tensor& rows,
                          const at::Tensor& columns) {
  return rows.matmul(control_points).matmul(columns.t());
}

at::Tensor clamped_bias_field(const at::Tensor& log_field, double eps) {
  return log_field.exp().clamp(1 - eps, 1 + eps);
}

at::Tensor filled_bias_field(const at::Tensor& log_field, double eps) {
  return 1 - eps + 2 * eps * scale_to_unit_range(log_field.exp());
}

}  // namespace tandem::equations
