#pragma once
#include <array>
#include <cmath>
#include <cstdint>

#include "base/array.h"

namespace tandem::equations {

/// Index of a half-sample-symmetric extension with period 2n: -1 is 0, n is n - 1.
inline std::int64_t fold_index(std::int64_t i, std::int64_t n) {
  i %= 2 * n;
  if (i < 0) i += 2 * n;
  return i < n ? i : 2 * n - 1 - i;
}

/// Coefficients of the cubic B-spline that interpolates an image, half-sample-symmetric at the border
/// [unser1993 "B-spline signal processing"], with a folded border so that points outside can be read too.
class CubicSpline {
 public:
  /// @param border points up to this many pixels outside the image may be asked for
  CubicSpline(Image<double> values, std::int64_t border);

  /// Value at a point in pixels.
  double operator()(double row, double column) const {
    const double r = std::floor(row), c = std::floor(column);
    const auto u = weights(row - r), v = weights(column - c);
    const double* p = &coefficients_.at(std::int64_t(r) + border_ - 1, std::int64_t(c) + border_ - 1);
    double sum = 0;
    for (size_t i = 0; i < 4; ++i, p += coefficients_.columns)
      sum += u[i] * ((v[0] * p[0] + v[1] * p[1]) + (v[2] * p[2] + v[3] * p[3]));
    return sum;
  }

 private:
  static std::array<double, 4> weights(double t) {
    const double s = 1 - t;
    return {s * s * s / 6, 2.0 / 3 - 0.5 * t * t * (2 - t), 2.0 / 3 - 0.5 * s * s * (2 - s), t * t * t / 6};
  }

  /// Rows counted from the image's first.
  void copy_row(std::int64_t from, std::int64_t to);

  std::int64_t border_;
  Image<double> coefficients_;
};

}  // namespace tandem::equations
