#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace tandem {

/// A 2-D array [rows, columns], row-major.
template <class T>
struct Image {
  std::int64_t rows = 0, columns = 0;
  std::vector<T> values;

  Image() = default;
  Image(std::int64_t r, std::int64_t c, T fill = T{}) : rows(r), columns(c), values(size_t(r * c), fill) {}
  T& at(std::int64_t r, std::int64_t c) { return values[size_t(r * columns + c)]; }
  const T& at(std::int64_t r, std::int64_t c) const { return values[size_t(r * columns + c)]; }
  bool operator==(const Image&) const = default;
};

/// A short-axis stack [D, H, W] = [slice, row, column], row-major. Axis 0, 1, 2 are slice, row, column
/// everywhere.
template <class T>
struct Volume {
  std::int64_t slices = 0, rows = 0, columns = 0;
  std::vector<T> values;

  Volume() = default;
  Volume(std::int64_t d, std::int64_t h, std::int64_t w, T fill = T{})
      : slices(d), rows(h), columns(w), values(size_t(d * h * w), fill) {}
  T& at(std::int64_t s, std::int64_t r, std::int64_t c) {
    return values[size_t((s * rows + r) * columns + c)];
  }
  const T& at(std::int64_t s, std::int64_t r, std::int64_t c) const {
    return values[size_t((s * rows + r) * columns + c)];
  }
  std::int64_t slice_size() const { return rows * columns; }
  std::array<std::int64_t, 3> shape() const { return {slices, rows, columns}; }
  std::span<T> slice(std::int64_t s) {
    return std::span(values).subspan(size_t(s * slice_size()), size_t(slice_size()));
  }
  std::span<const T> slice(std::int64_t s) const {
    return std::span(values).subspan(size_t(s * slice_size()), size_t(slice_size()));
  }
  Image<T> slice_image(std::int64_t s) const {
    Image<T> out(rows, columns);
    const auto from = slice(s);
    out.values.assign(from.begin(), from.end());
    return out;
  }
  bool operator==(const Volume&) const = default;
};

}  // namespace tandem
