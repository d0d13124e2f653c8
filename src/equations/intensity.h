#pragma once
#include <cstdint>

#include "base/array.h"

namespace tandem::equations {

/// Pads to at least size x size: rows first, each column with its own minimum, then columns, each row (new
/// rows too) with its minimum; the odd pixel goes before the image. Larger sides are left alone. As
/// numpy.pad(mode="minimum").
template <class T>
Image<T> pad_with_minimum(const Image<T>& image, std::int64_t size);

/// Reverses the columns (left-right) or the rows (up-down) in place.
template <class T>
void flip_left_right(Image<T>& image);
template <class T>
void flip_up_down(Image<T>& image);

/// v <- clip(contrast * v + brightness, min, max), min and max of the image before the change.
void change_brightness(Image<float>& image, double contrast, double brightness);

/// v <- 1 - (max - v) / (max - min + 1e-8): min-max scaling to [0,1] written so that a constant image gives 1
/// and nothing is ever divided by 0 or magnified beyond that range.
void scale_min_max(Image<float>& image);

/// Central size x size pixels; when the surplus is odd the larger half is cut before them. The crop of
/// augmented slices; throws Error if a side is shorter than size.
template <class T>
Image<T> crop_centre(const Image<T>& image, std::int64_t size);

/// Central size x size pixels, starting at floor((side - size) / 2), zeros where the image is smaller. The
/// crop of un-augmented slices: one pixel before crop_centre when the surplus is odd.
template <class T>
Image<T> crop_or_pad_zero(const Image<T>& image, std::int64_t size);

}  // namespace tandem::equations
