#include "equations/cubic_spline.h"

#include <algorithm>

namespace tandem::equations {
namespace {

/// The recursive filter along the rows' index, all columns at once.
template <class Real>
void filter_along_rows(Image<Real>& image) {
  const Real pole = Real(std::sqrt(3.0) - 2);
  constexpr std::int64_t kTerms = 40;  // pole^40 = 1e-23
  const std::int64_t n = image.rows;
  const auto columns = size_t(image.columns);
  std::vector<Real> start(image.values.begin(), image.values.begin() + image.columns);
  Real power = pole;
  for (std::int64_t k = 1; k <= kTerms; ++k, power *= pole) {
    const Real* row = &image.at(fold_index(-k, n), 0);
    for (size_t c = 0; c < columns; ++c) start[c] += power * row[c];
  }
  for (size_t c = 0; c < columns; ++c) image.values[c] = 6 * start[c];
  for (std::int64_t r = 1; r < n; ++r) {
    Real* row = &image.at(r, 0);
    const Real* before = &image.at(r - 1, 0);
    for (size_t c = 0; c < columns; ++c) row[c] = 6 * row[c] + pole * before[c];
  }
  Real* last = &image.at(n - 1, 0);
  for (size_t c = 0; c < columns; ++c) last[c] *= pole / (pole - 1);
  for (std::int64_t r = n - 2; r >= 0; --r) {
    Real* row = &image.at(r, 0);
    const Real* after = &image.at(r + 1, 0);
    for (size_t c = 0; c < columns; ++c) row[c] = pole * (after[c] - row[c]);
  }
}

}  // namespace

template <class Real>
CubicSpline<Real>::CubicSpline(Image<Real> values, std::int64_t border) : border_(border + 3) {
  filter_along_rows(values);
  coefficients_ = Image<Real>(values.rows + 2 * border_, values.columns + 2 * border_);
  // Along the columns' index: a few rows at a time, turned so that they are filtered side by side.
  constexpr std::int64_t kRows = 8;
  Image<Real> turned(values.columns, kRows);
  for (std::int64_t first = 0; first < values.rows; first += kRows) {
    const auto count = std::min(kRows, values.rows - first);
    for (std::int64_t r = 0; r < count; ++r)
      for (std::int64_t c = 0; c < values.columns; ++c) turned.at(c, r) = values.at(first + r, c);
    filter_along_rows(turned);
    for (std::int64_t r = 0; r < count; ++r) {
      Real* row = &coefficients_.at(border_ + first + r, border_);
      for (std::int64_t c = 0; c < values.columns; ++c) row[c] = turned.at(c, r);
      for (std::int64_t c = 1; c <= border_; ++c) {
        row[-c] = row[fold_index(-c, values.columns)];
        row[values.columns + c - 1] = row[fold_index(values.columns + c - 1, values.columns)];
      }
    }
  }
  for (std::int64_t r = 1; r <= border_; ++r) {
    copy_row(fold_index(-r, values.rows), -r);
    copy_row(fold_index(values.rows + r - 1, values.rows), values.rows + r - 1);
  }
}

template <class Real>
void CubicSpline<Real>::copy_row(std::int64_t from, std::int64_t to) {
  const Real* row = &coefficients_.at(border_ + from, 0);
  std::copy(row, row + coefficients_.columns, &coefficients_.at(border_ + to, 0));
}

template class CubicSpline<float>;
template class CubicSpline<double>;

}  // namespace tandem::equations
