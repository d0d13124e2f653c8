#include "equations/corruption_pipeline.h"

#include <algorithm>

namespace tandem::equations {
namespace {

/// out(r, c) = in(r + first_row, c + first_column), zeros outside.
Volume<float> window(const Volume<float>& in, std::int64_t first_row, std::int64_t first_column,
                     std::int64_t rows, std::int64_t columns) {
  Volume<float> out(in.slices, rows, columns);
  const std::int64_t begin = std::max<std::int64_t>(0, -first_column);
  const std::int64_t end = std::min(columns, in.columns - first_column);
  for (std::int64_t s = 0; s < in.slices; ++s)
    for (std::int64_t r = std::max<std::int64_t>(0, -first_row); r < std::min(rows, in.rows - first_row); ++r)
      for (std::int64_t c = begin; c < end; ++c) out.at(s, r, c) = in.at(s, r + first_row, c + first_column);
  return out;
}

/// floor((from - to) / 2), for differences below zero too.
std::int64_t centre_start(std::int64_t from, std::int64_t to) { return (from - to) >> 1; }

}  // namespace

namespace corruption_step {

Volume<float> centre_crop_or_pad(const Volume<float>& volume, std::int64_t rows, std::int64_t columns) {
  return window(volume, centre_start(volume.rows, rows), centre_start(volume.columns, columns), rows,
                columns);
}

Volume<float> paste_back(const Volume<float>& volume, std::int64_t rows, std::int64_t columns) {
  return window(volume, -centre_start(rows, volume.rows), -centre_start(columns, volume.columns), rows,
                columns);
}

Volume<float> scale_slices(const Volume<float>& volume) {
  Volume<float> out = volume;
  for (std::int64_t s = 0; s < out.slices; ++s) {
    const auto slice = out.slice(s);
    const auto [low, high] = std::minmax_element(slice.begin(), slice.end());
    const double range = double(*high) - double(*low);
    if (range <= 0) {
      std::fill(slice.begin(), slice.end(), 0.0F);
      continue;
    }
    const double gain = 1 / range, offset = 1 - gain * double(*high);
    for (float& v : slice) v = v * float(gain) + float(offset);
  }
  return out;
}

Volume<float> rescale_slices(const Volume<float>& volume) {
  Volume<float> out = volume;
  for (std::int64_t s = 0; s < out.slices; ++s) {
    const auto slice = out.slice(s);
    const auto [low_at, high_at] = std::minmax_element(slice.begin(), slice.end());
    const double low = *low_at, divisor = double(*high_at) - low + 1e-20;
    for (float& v : slice) v = float((double(v) - low) / divisor);
  }
  return out;
}

}  // namespace corruption_step

Volume<float> corrupt(const Volume<float>& source, const Artefact& artefact, std::int64_t size) {
  using namespace corruption_step;
  const auto input = scale_slices(centre_crop_or_pad(source, size, size));
  return paste_back(rescale_slices(apply_artefact(input, artefact)), source.rows, source.columns);
}

}  // namespace tandem::equations
