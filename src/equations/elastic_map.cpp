#include "equations/elastic_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "equations/cubic_spline.h"

namespace tandem::equations {
namespace {

/// Weights of taps 0..radius of the symmetric kernel.
std::vector<double> gaussian_taps(double sigma) {
  const auto radius = std::int64_t(4 * sigma + 0.5);
  std::vector<double> taps;
  double sum = 0;
  for (std::int64_t t = 0; t <= radius; ++t) {
    taps.push_back(std::exp(-0.5 * double(t * t) / (sigma * sigma)));
    sum += t == 0 ? taps.back() : 2 * taps.back();
  }
  for (auto& tap : taps) tap /= sum;
  return taps;
}

template <class T>
Image<T> transpose(const Image<T>& image) {
  Image<T> out(image.columns, image.rows);
  for (std::int64_t r = 0; r < image.rows; ++r)
    for (std::int64_t c = 0; c < image.columns; ++c) out.at(c, r) = image.at(r, c);
  return out;
}

/// Points along one axis where sums are taken: first + (k - 1) spacing, enough for cubic interpolation
/// everywhere in [first, first + count).
struct Grid {
  std::int64_t first, count, spacing;
  std::int64_t points() const { return (count - 1) / spacing + 4; }
  std::int64_t position(std::int64_t k) const { return first + (k - 1) * spacing; }
};

/// Rows at equal distances on both sides of a point, and their weight.
template <class T>
struct Pair {
  const T *before, *after;
  T weight;
};

/// Columns that are summed at a time, in registers.
constexpr size_t kBlock = 16;

/// out[c] = sum of weight * (before[c] + after[c]) for some columns of zeros: the innermost loop of the
/// smoothing.
template <class T>
void add_pairs(const std::vector<Pair<T>>& pairs, size_t column, size_t count, T* out) {
  if (count == kBlock) {
    std::array<T, kBlock> sum{};
    for (const auto& pair : pairs)
      for (size_t c = 0; c < kBlock; ++c)
        sum[c] += pair.weight * (pair.before[column + c] + pair.after[column + c]);
    std::copy(sum.begin(), sum.end(), out + column);
    return;
  }
  for (const auto& pair : pairs)
    for (size_t c = column; c < column + count; ++c) out[c] += pair.weight * (pair.before[c] + pair.after[c]);
}

/// Convolution along the rows' index at the grid's points, all columns at once; zero outside.
template <class T>
Image<T> smooth_along_rows(const Image<T>& image, const std::vector<double>& taps, const Grid& grid) {
  Image<T> out(grid.points(), image.columns);
  const auto columns = size_t(image.columns);
  const std::vector<T> zeros(columns, T(0));
  const auto row = [&](std::int64_t r) { return r >= 0 && r < image.rows ? &image.at(r, 0) : zeros.data(); };
  std::vector<Pair<T>> pairs;
  for (std::int64_t k = 0; k < out.rows; ++k) {
    const auto centre = grid.position(k);
    pairs.assign(1, {row(centre), zeros.data(), T(taps[0])});
    for (std::int64_t t = 1; t < std::int64_t(taps.size()); ++t)
      if (centre - t >= 0 || centre + t < image.rows)
        pairs.push_back({row(centre - t), row(centre + t), T(taps[size_t(t)])});
    for (size_t c = 0; c < columns; c += kBlock)
      add_pairs(pairs, c, std::min(kBlock, columns - c), &out.at(k, 0));
  }
  return out;
}

/// Cubic Lagrange interpolation along the rows' index from the grid's points to every pixel.
template <class T>
Image<T> refine_along_rows(const Image<T>& coarse, const Grid& grid) {
  Image<T> out(grid.count, coarse.columns);
  const auto columns = size_t(coarse.columns);
  for (std::int64_t i = 0; i < grid.count; ++i) {
    const double t = double(i % grid.spacing) / double(grid.spacing);
    const T a = T(-t * (t - 1) * (t - 2) / 6), b = T((t + 1) * (t - 1) * (t - 2) / 2);
    const T c = T(-(t + 1) * t * (t - 2) / 2), d = T((t + 1) * t * (t - 1) / 6);
    const T* p = &coarse.at(i / grid.spacing, 0);
    T* row = &out.at(i, 0);
    for (size_t x = 0; x < columns; ++x)
      row[x] = (a * p[x] + b * p[x + columns]) + (c * p[x + 2 * columns] + d * p[x + 3 * columns]);
  }
  return out;
}

/// Calls visit(index in the field's window, row, column) with each displaced point of a part of that window.
template <class Real, class Visit>
void for_each_point(const Displacement<Real>& field, const Window& part, const Visit& visit) {
  for (std::int64_t r = part.first_row; r < part.first_row + part.rows; ++r) {
    size_t at = size_t((r - field.window.first_row) * field.window.columns + part.first_column -
                       field.window.first_column);
    for (std::int64_t c = part.first_column; c < part.first_column + part.columns; ++c, ++at)
      visit(at, double(r) + double(field.rows.values[at]), double(c) + double(field.columns.values[at]));
  }
}

/// The pixels of a window from (top, left) to (bottom, right), ends included; empty if there are none.
Window part_of(const Window& w, std::int64_t top, std::int64_t bottom, std::int64_t left,
               std::int64_t right) {
  top = std::max(top, w.first_row), bottom = std::min(bottom, w.first_row + w.rows - 1);
  left = std::max(left, w.first_column), right = std::min(right, w.first_column + w.columns - 1);
  return {top, left, std::max<std::int64_t>(0, bottom - top + 1),
          std::max<std::int64_t>(0, right - left + 1)};
}

/// How far outside an image of rows x columns a displaced point can lie, in whole pixels.
template <class Real>
std::int64_t reach(const Displacement<Real>& field) {
  double largest = 0;
  for (const auto* component : {&field.rows, &field.columns})
    for (const Real d : component->values) largest = std::max(largest, std::abs(double(d)));
  return std::int64_t(std::ceil(largest)) + 1;
}

/// Rows and columns between which a class occurs, ends included.
struct Box {
  std::int64_t top, bottom, left, right;
};

std::optional<Box> bounding_box(const Image<std::uint8_t>& label, std::uint8_t klass) {
  Box box{label.rows, -1, label.columns, -1};
  for (std::int64_t r = 0; r < label.rows; ++r) {
    const std::uint8_t* row = &label.at(r, 0);
    if (!std::memchr(row, klass, size_t(label.columns))) continue;
    for (std::int64_t c = 0; c < label.columns; ++c)
      if (row[c] == klass) {
        box.top = std::min(box.top, r), box.bottom = r;
        box.left = std::min(box.left, c), box.right = std::max(box.right, c);
      }
  }
  if (box.bottom < 0) return std::nullopt;
  return box;
}

/// Calls claim(index in the window, indicator) for the points within margin of the class's bounding box,
/// which goes on beyond the image where the class touches its edge.
template <class Real, class Claim>
void visit_indicator(const Image<std::uint8_t>& label, std::uint8_t klass, const Displacement<Real>& field,
                     std::int64_t outside, std::int64_t margin, const Claim& claim) {
  auto box = bounding_box(label, klass);
  if (!box) return;
  if (box->top == 0) box->top = -outside;
  if (box->left == 0) box->left = -outside;
  if (box->bottom == label.rows - 1) box->bottom += outside;
  if (box->right == label.columns - 1) box->right += outside;
  // The filter forgets by 0.27 per pixel: beyond 14 pixels more, cutting off the rest changes nothing above
  // 1e-15.
  const std::int64_t pad = margin + 14, first_row = box->top - pad, first_column = box->left - pad;
  Image<double> indicator(box->bottom + pad - first_row + 1, box->right + pad - first_column + 1);
  for (std::int64_t r = 0; r < indicator.rows; ++r) {
    const auto* from = &label.at(std::clamp<std::int64_t>(first_row + r, 0, label.rows - 1), 0);
    for (std::int64_t c = 0; c < indicator.columns; ++c)
      indicator.at(r, c) = from[std::clamp<std::int64_t>(first_column + c, 0, label.columns - 1)] == klass;
  }
  const CubicSpline<double> spline(std::move(indicator), 0);
  const double top = double(box->top - margin), bottom = double(box->bottom + margin);
  const double left = double(box->left - margin), right = double(box->right + margin);
  // No pixel moves further than `outside`.
  const auto near = part_of(field.window, box->top - margin - outside, box->bottom + margin + outside,
                            box->left - margin - outside, box->right + margin + outside);
  for_each_point(field, near, [&](size_t at, double row, double column) {
    if (row < top || row > bottom || column < left || column > right) return;
    claim(at, spline(row - double(first_row), column - double(first_column)));
  });
}

}  // namespace

template <class Real>
Image<Real> smooth_noise(const Image<Real>& noise, double sigma, double scale, const Window& window,
                         std::int64_t spacing) {
  require(sigma > 0, "the standard deviation of the elastic field's smoothing must be above 0, not {}",
          sigma);
  const auto taps = gaussian_taps(sigma);
  const Grid rows{window.first_row, window.rows, spacing},
      columns{window.first_column, window.columns, spacing};
  auto field = transpose(smooth_along_rows(noise, taps, rows));
  field = refine_along_rows(smooth_along_rows(field, taps, columns), columns);
  field = refine_along_rows(transpose(field), rows);
  for (auto& v : field.values) v *= Real(scale);
  return field;
}

std::int64_t smoothing_spacing(double sigma) { return std::max<std::int64_t>(1, std::int64_t(sigma / 4)); }

template <class Real>
Image<Real> warp_spline(const Image<Real>& image, const Displacement<Real>& field) {
  const CubicSpline<Real> spline(image, reach(field));
  Image<Real> out(field.window.rows, field.window.columns);
  for_each_point(field, field.window,
                 [&](size_t at, double row, double column) { out.values[at] = spline(row, column); });
  return out;
}

template <class Real>
Image<double> warp_indicator(const Image<std::uint8_t>& label, std::uint8_t klass,
                             const Displacement<Real>& field, std::int64_t margin) {
  Image<double> out(field.window.rows, field.window.columns);
  visit_indicator(label, klass, field, reach(field), margin,
                  [&](size_t at, double value) { out.values[at] = value; });
  return out;
}

template <class Real>
Image<std::uint8_t> warp_label(const Image<std::uint8_t>& label, const Displacement<Real>& field) {
  Image<std::uint8_t> out(field.window.rows, field.window.columns);
  const auto outside = reach(field);
  const auto highest = label.values.empty() ? 0 : *std::max_element(label.values.begin(), label.values.end());
  // Class 0 claims nothing that is not 0 anyway. Two pixels outside its box, no indicator reaches 0.5.
  for (int k = 1; k <= highest; ++k)
    visit_indicator(label, std::uint8_t(k), field, outside, 2, [&](size_t at, double value) {
      if (value >= 0.5) out.values[at] = std::uint8_t(k);
    });
  return out;
}

#define TANDEM_INSTANTIATE(Real)                                                                             \
  template Image<Real> smooth_noise(const Image<Real>&, double, double, const Window&, std::int64_t);        \
  template Image<Real> warp_spline(const Image<Real>&, const Displacement<Real>&);                           \
  template Image<double> warp_indicator(const Image<std::uint8_t>&, std::uint8_t, const Displacement<Real>&, \
                                        std::int64_t);                                                       \
  template Image<std::uint8_t> warp_label(const Image<std::uint8_t>&, const Displacement<Real>&);
TANDEM_INSTANTIATE(float)
TANDEM_INSTANTIATE(double)
#undef TANDEM_INSTANTIATE

}  // namespace tandem::equations
