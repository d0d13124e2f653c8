#include "equations/affine_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace tandem::equations {
namespace {

/// Calls visit(index in the output, source row, source column) for each pixel of the window.
template <class Visit>
void for_each_source(const AffineMap& m, std::int64_t rows, std::int64_t columns, const Window& window,
                     const Visit& visit) {
  const double centre_row = 0.5 * double(rows - 1), centre_column = 0.5 * double(columns - 1);
  size_t at = 0;
  for (std::int64_t r = window.first_row; r < window.first_row + window.rows; ++r) {
    const double dr = double(r) - centre_row;
    const double start_row = m.rr * dr + m.row + centre_row,
                 start_column = m.cr * dr + m.column + centre_column;
    for (std::int64_t c = window.first_column; c < window.first_column + window.columns; ++c, ++at) {
      const double dc = double(c) - centre_column;
      visit(at, start_row + m.rc * dc, start_column + m.cc * dc);
    }
  }
}

/// Rounds to the nearest integer, halves to even, for |x| < 2^51: adding 1.5 * 2^52 leaves no fraction bits.
double round_half_even(double x) {
  constexpr double kShift = 0x1.8p52;
  return (x + kShift) - kShift;
}

}  // namespace

AffineMap affine_map(const AffineParameters& p, std::int64_t rows, std::int64_t columns) {
  const double phi = p.angle_degrees * std::numbers::pi / 180;
  const double cosine = std::cos(phi), sine = std::sin(phi);
  const double shift_row = p.shift_rows * double(rows), shift_column = p.shift_columns * double(columns);
  return {.rr = cosine * p.zoom_rows,
          .rc = -sine * p.zoom_columns,
          .cr = sine * p.zoom_rows,
          .cc = cosine * p.zoom_columns,
          .row = cosine * shift_row - sine * shift_column,
          .column = sine * shift_row + cosine * shift_column};
}

Image<float> warp_bilinear(const Image<float>& image, const AffineMap& map, const Window& window) {
  require(image.rows >= 2 && image.columns >= 2,
          "an image of {} x {} pixels is too small for bilinear resampling", image.rows, image.columns);
  Image<float> out(window.rows, window.columns);
  const double last_row = double(image.rows - 2), last_column = double(image.columns - 2);
  const auto stride = size_t(image.columns);
  for_each_source(map, image.rows, image.columns, window, [&](size_t at, double row, double column) {
    row = std::clamp(row, 0.0, last_row);
    column = std::clamp(column, 0.0, last_column);
    const int r = int(row), c = int(column);
    const auto u = float(row - r), v = float(column - c);
    const float* p = image.values.data() + size_t(r) * stride + size_t(c);
    const float upper = p[0] + v * (p[1] - p[0]), lower = p[stride] + v * (p[stride + 1] - p[stride]);
    out.values[at] = upper + u * (lower - upper);
  });
  return out;
}

Image<std::uint8_t> warp_nearest(const Image<std::uint8_t>& image, const AffineMap& map,
                                 const Window& window) {
  Image<std::uint8_t> out(window.rows, window.columns);
  const double last_row = double(image.rows - 1), last_column = double(image.columns - 1);
  for_each_source(map, image.rows, image.columns, window, [&](size_t at, double row, double column) {
    const int r = int(round_half_even(std::clamp(row, 0.0, last_row)));
    const int c = int(round_half_even(std::clamp(column, 0.0, last_column)));
    out.values[at] = image.values[size_t(r) * size_t(image.columns) + size_t(c)];
  });
  return out;
}

}  // namespace tandem::equations
