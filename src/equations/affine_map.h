#pragma once
#include <cstdint>

#include "base/array.h"
#include "equations/window.h"

namespace tandem::equations {

/// All pixels of an image.
template <class T>
Window whole(const Image<T>& image) {
  return {0, 0, image.rows, image.columns};
}

/// Parameters of an affine map: rotation, shift as a fraction of the image's rows and columns, zoom (< 1
/// magnifies).
struct AffineParameters {
  double angle_degrees = 0;
  double shift_rows = 0, shift_columns = 0;
  double zoom_rows = 1, zoom_columns = 1;
};

/// Pull-back map of pixel coordinates relative to the image centre ((H-1)/2, (W-1)/2), (row, column) order:
/// the output at c takes the input at (rr rc; cr cc) c + (row, column).
struct AffineMap {
  double rr = 1, rc = 0, cr = 0, cc = 1;
  double row = 0, column = 0;
};

/// rotation * translation * zoom, as in torchsample's RandomAffine, for an image of rows x columns.
AffineMap affine_map(const AffineParameters& p, std::int64_t rows, std::int64_t columns);

/// Bilinear resampling inside a window of the output. Source coordinates are clamped to [0, size - 2] as in
/// torchsample, so that the last row and column are never read. Throws Error if a side is shorter than 2
/// pixels.
Image<float> warp_bilinear(const Image<float>& image, const AffineMap& map, const Window& window);

/// Nearest-neighbour resampling inside a window of the output: coordinates clamped to [0, size - 1], halves
/// to even.
Image<std::uint8_t> warp_nearest(const Image<std::uint8_t>& image, const AffineMap& map,
                                 const Window& window);

}  // namespace tandem::equations
