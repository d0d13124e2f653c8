#pragma once
#include <cstdint>
#include <span>
#include <utility>

#include "base/array.h"

namespace tandem::equations {

/// In-plane spacing in mm of every preprocessed volume [chen2021].
inline constexpr double kWorkingSpacingMm = 1.36719;

/// 2nd and 98th percentile of a volume, the thresholds of the normalisation.
std::pair<double, double> clip_thresholds(std::span<const float> values);

/// Clips to [p2, p98] of the whole volume and maps to [0, 1]: (v - p2) / (1e-10 + p98 - p2), in float32 with
/// float64 thresholds, as the official preparation script does. A constant volume becomes 0.
Volume<float> normalise_percentiles(const Volume<float>& volume);

/// Rows and columns of a slice, and the distance in mm between neighbouring rows and between neighbouring
/// columns.
struct PlaneGrid {
  std::int64_t rows = 0, columns = 0;
  double row_mm = 0, column_mm = 0;
  bool operator==(const PlaneGrid&) const = default;
};

/// The grid of the preprocessed slices: kWorkingSpacingMm, sizes round(N * old / new) with halves to even. A
/// grid whose ratios new/old sum up to 2 within 1e-4 comes back unchanged, as in the official script.
PlaneGrid working_grid(const PlaneGrid& from);

/// Resamples every slice from one grid to another with the same first pixel: index i of `to` looks at i *
/// to/from of `from`, which is outside (value 0) unless in [-0.5, N - 0.5) (ITK's rule). Linear, in float64,
/// neighbours clamped to the volume. [D, from.rows, from.columns] -> [D, to.rows, to.columns]; equal spacing
/// copies.
Volume<float> resample_linear(const Volume<float>& volume, const PlaneGrid& from, const PlaneGrid& to);

/// The same by nearest neighbour, floor(c + 0.5), for label maps.
Volume<std::uint8_t> resample_nearest(const Volume<std::uint8_t>& volume, const PlaneGrid& from,
                                      const PlaneGrid& to);

/// First row (or column) of a centred window of `wanted` in `size`: floor((size - wanted) / 2), negative when
/// padding.
constexpr std::int64_t centre_offset(std::int64_t size, std::int64_t wanted) {
  const std::int64_t difference = size - wanted;
  return difference >= 0 ? difference / 2 : -((-difference + 1) / 2);
}

/// The window [D, rows, columns] of a volume whose first pixel is (row, column); 0 outside the volume.
template <class T>
Volume<T> window(const Volume<T>& volume, std::int64_t row, std::int64_t column, std::int64_t rows,
                 std::int64_t columns) {
  Volume<T> out(volume.slices, rows, columns);
  for (std::int64_t s = 0; s < volume.slices; ++s)
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < columns; ++c) {
        const std::int64_t from_row = r + row, from_column = c + column;
        if (from_row >= 0 && from_row < volume.rows && from_column >= 0 && from_column < volume.columns)
          out.at(s, r, c) = volume.at(s, from_row, from_column);
      }
  return out;
}

/// Centre crop of each slice, zero-padded where smaller: [D,H,W] -> [D,rows,columns], start = centre_offset.
template <class T>
Volume<T> centre_crop_or_pad(const Volume<T>& volume, std::int64_t rows, std::int64_t columns) {
  return window(volume, centre_offset(volume.rows, rows), centre_offset(volume.columns, columns), rows,
                columns);
}

/// Inverse of centre_crop_or_pad: puts a cropped or padded volume back into zeros of the original
/// [D,rows,columns].
template <class T>
Volume<T> paste_back(const Volume<T>& cropped, std::int64_t rows, std::int64_t columns) {
  return window(cropped, -centre_offset(rows, cropped.rows), -centre_offset(columns, cropped.columns), rows,
                columns);
}

}  // namespace tandem::equations
