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
/// Arithmetic is in Real (float or double).
template <class Real>
class CubicSpline {
 public:
  /// @param border points up to this many pixels outside the image may be asked for
  CubicSpline(Image<Real> values, std::int64_t border);

  /// Value at a point in pixels.
  Real operator()(double row, double column) const {
    const double r = std::floor(row), c = std::floor(column);
    const auto u = weights(Real(row - r)), v = weights(Real(column - c));
    const Real* p = &coefficients_.at(std::int64_t(r) + border_ - 1, std::int64_t(c) + border_ - 1);
    std::array<Real, 4> sums{};  // down the columns, four side by side
    for (size_t i = 0; i < 4; ++i, p += coefficients_.columns)
      for (size_t k = 0; k < 4; ++k) sums[k] += u[i] * p[k];
    return (v[0] * sums[0] + v[1] * sums[1]) + (v[2] * sums[2] + v[3] * sums[3]);
  }

 private:
  static std::array<Real, 4> weights(Real t) {
    const Real s = 1 - t, sixth = Real(1) / 6, two_thirds = Real(2) / 3;
    return {s * s * s * sixth, two_thirds - t * t * (2 - t) / 2, two_thirds - s * s * (2 - s) / 2,
            t * t * t * sixth};
  }

  /// Rows counted from the image's first.
  void copy_row(std::int64_t from, std::int64_t to);

  std::int64_t border_;
  Image<Real> coefficients_;
};

}  // namespace tandem::equations
