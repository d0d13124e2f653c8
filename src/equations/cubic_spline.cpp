#include "equations/cubic_spline.h"

#include <algorithm>

namespace tandem::equations {
namespace {

/// The recursive filter along the rows' index, all columns at once.
void filter_along_rows(Image<double>& image) {
  const double pole = std::sqrt(3.0) - 2;
  constexpr std::int64_t kTerms = 40;  // pole^40 = 1e-23
  const std::int64_t n = image.rows;
  const auto columns = size_t(image.columns);
  std::vector<double> start(image.values.begin(), image.values.begin() + image.columns);
  double power = pole;
  for (std::int64_t k = 1; k <= kTerms; ++k, power *= pole) {
    const double* row = &image.at(fold_index(-k, n), 0);
    for (size_t c = 0; c < columns; ++c) start[c] += power * row[c];
  }
  for (size_t c = 0; c < columns; ++c) image.values[c] = 6 * start[c];
  for (std::int64_t r = 1; r < n; ++r) {
    double* row = &image.at(r, 0);
    const double* before = &image.at(r - 1, 0);
    for (size_t c = 0; c < columns; ++c) row[c] = 6 * row[c] + pole * before[c];
  }
  double* last = &image.at(n - 1, 0);
  for (size_t c = 0; c < columns; ++c) last[c] *= pole / (pole - 1);
  for (std::int64_t r = n - 2; r >= 0; --r) {
    double* row = &image.at(r, 0);
    const double* after = &image.at(r + 1, 0);
    for (size_t c = 0; c < columns; ++c) row[c] = pole * (after[c] - row[c]);
  }
}

}  // namespace

CubicSpline::CubicSpline(Image<double> values, std::int64_t border) : border_(border + 3) {
  filter_along_rows(values);
  auto transposed = transpose(values);
  filter_along_rows(transposed);
  values = transpose(transposed);
  coefficients_ = Image<double>(values.rows + 2 * border_, values.columns + 2 * border_);
  for (std::int64_t r = 0; r < coefficients_.rows; ++r) {
    const double* from = &values.at(fold_index(r - border_, values.rows), 0);
    double* to = &coefficients_.at(r, 0);
    for (std::int64_t c = 0; c < border_; ++c) {
      to[c] = from[fold_index(c - border_, values.columns)];
      to[border_ + values.columns + c] = from[fold_index(values.columns + c, values.columns)];
    }
    std::copy(from, from + values.columns, to + border_);
  }
}

}  // namespace tandem::equations
