#include "equations/intensity.h"

#include <algorithm>

#include "base/error.h"

namespace tandem::equations {
namespace {

/// Pixels [first_row, first_row + size) x [first_column, first_column + size); zeros outside the image.
template <class T>
Image<T> cut(const Image<T>& image, std::int64_t first_row, std::int64_t first_column, std::int64_t size) {
  Image<T> out(size, size);
  const auto from = std::max<std::int64_t>(0, first_column),
             to = std::min(image.columns, first_column + size);
  for (std::int64_t r = std::max<std::int64_t>(0, first_row); r < std::min(image.rows, first_row + size); ++r)
    std::copy(&image.at(r, from), &image.at(r, from) + (to - from),
              &out.at(r - first_row, from - first_column));
  return out;
}

/// Division by 2 that rounds down for negative numbers too.
std::int64_t half_down(std::int64_t n) { return n >= 0 ? n / 2 : -((1 - n) / 2); }

}  // namespace

template <class T>
Image<T> pad_with_minimum(const Image<T>& image, std::int64_t size) {
  require(image.rows > 0 && image.columns > 0, "cannot pad an image of {} x {} pixels", image.rows,
          image.columns);
  const auto extra_rows = std::max<std::int64_t>(0, size - image.rows);
  const auto extra_columns = std::max<std::int64_t>(0, size - image.columns);
  const auto top = (extra_rows + 1) / 2, left = (extra_columns + 1) / 2;
  Image<T> out(image.rows + extra_rows, image.columns + extra_columns);
  std::vector<T> column_minimum(image.values.begin(), image.values.begin() + image.columns);
  for (std::int64_t r = 0; r < image.rows; ++r)
    for (std::int64_t c = 0; c < image.columns; ++c)
      column_minimum[size_t(c)] = std::min(column_minimum[size_t(c)], image.at(r, c));
  for (std::int64_t r = 0; r < out.rows; ++r) {
    const bool inside = r >= top && r < top + image.rows;
    const T* from = inside ? &image.at(r - top, 0) : column_minimum.data();
    T* row = &out.at(r, 0);
    const T minimum = *std::min_element(from, from + image.columns);
    std::fill(row, row + left, minimum);
    std::copy(from, from + image.columns, row + left);
    std::fill(row + left + image.columns, row + out.columns, minimum);
  }
  return out;
}

template <class T>
void flip_left_right(Image<T>& image) {
  for (std::int64_t r = 0; r < image.rows; ++r)
    std::reverse(image.values.begin() + r * image.columns, image.values.begin() + (r + 1) * image.columns);
}

template <class T>
void flip_up_down(Image<T>& image) {
  for (std::int64_t r = 0; r < image.rows / 2; ++r) {
    const auto upper = image.values.begin() + r * image.columns;
    std::swap_ranges(upper, upper + image.columns, image.values.end() - (r + 1) * image.columns);
  }
}

void change_brightness(Image<float>& image, double contrast, double brightness) {
  if (image.values.empty()) return;
  const auto [low, high] = std::minmax_element(image.values.begin(), image.values.end());
  const double minimum = *low, maximum = *high;
  for (auto& v : image.values) v = float(std::clamp(contrast * v + brightness, minimum, maximum));
}

void scale_min_max(Image<float>& image) {
  if (image.values.empty()) return;
  const auto [low, high] = std::minmax_element(image.values.begin(), image.values.end());
  const double maximum = *high, scale = 1 / (maximum - *low + 1e-8);
  for (auto& v : image.values) v = float(1 - (maximum - v) * scale);
}

template <class T>
Image<T> crop_centre(const Image<T>& image, std::int64_t size) {
  require(image.rows >= size && image.columns >= size, "cannot crop {} x {} pixels to {}; pad first",
          image.rows, image.columns, size);
  return cut(image, (image.rows - size + 1) / 2, (image.columns - size + 1) / 2, size);
}

template <class T>
Image<T> crop_or_pad_zero(const Image<T>& image, std::int64_t size) {
  return cut(image, half_down(image.rows - size), half_down(image.columns - size), size);
}

#define TANDEM_INSTANTIATE(T)                                        \
  template Image<T> pad_with_minimum(const Image<T>&, std::int64_t); \
  template void flip_left_right(Image<T>&);                          \
  template void flip_up_down(Image<T>&);                             \
  template Image<T> crop_centre(const Image<T>&, std::int64_t);      \
  template Image<T> crop_or_pad_zero(const Image<T>&, std::int64_t);
TANDEM_INSTANTIATE(float)
TANDEM_INSTANTIATE(std::uint8_t)
#undef TANDEM_INSTANTIATE

}  // namespace tandem::equations
