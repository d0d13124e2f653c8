#include "equations/corruption_pipeline.h"

#include <algorithm>
#include <utility>

namespace tandem::equations {
namespace {

/// Centre crop or zero padding per axis; offsets are half the difference, rounded towards 0.
Volume<float> centre_crop_or_pad(const Volume<float>& in, std::int64_t rows, std::int64_t columns) {
  Volume<float> out(in.slices, rows, columns, 0.0F);
  const std::int64_t row0 = (in.rows - rows) / 2, column0 = (in.columns - columns) / 2;
  const std::int64_t first = std::max<std::int64_t>(0, -column0), last = std::min(columns, in.columns - column0);
  for (std::int64_t s = 0; s < in.slices; ++s)
    for (std::int64_t r = std::max<std::int64_t>(0, -row0); r < std::min(rows, in.rows - row0); ++r)
      std::copy_n(&in.at(s, r + row0, first + column0), last - first, &out.at(s, r, first));
  return out;
}

std::pair<double, double> range_of(std::span<const float> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {*low, *high};
}

}  // namespace

Volume<float> corruption_input(const Volume<float>& source, const CorruptionWindow& window) {
  Volume<float> out = centre_crop_or_pad(source, window.rows, window.columns);
  for (std::int64_t s = 0; s < out.slices; ++s) {
    const auto [low, high] = range_of(out.slice(s));
    // Scale and shift are found in float64 but applied in float32, as in the script behind ACDC-C.
    const double exact = high > low ? 1 / (high - low) : 0;
    const float scale = float(exact), shift = float(high > low ? 1 - exact * high : 0);
    for (float& v : out.slice(s)) v = v * scale + shift;
  }
  return out;
}

Volume<float> rescale_slices(const Volume<float>& volume) {
  Volume<float> out = volume;
  for (std::int64_t s = 0; s < out.slices; ++s) {
    const auto [low, high] = range_of(out.slice(s));
    for (float& v : out.slice(s)) v = high > low ? float((double(v) - low) / (high - low + 1e-20)) : 0.0F;
  }
  return out;
}

Volume<float> paste_window(const Volume<float>& window, std::int64_t rows, std::int64_t columns) {
  return centre_crop_or_pad(window, rows, columns);  // half of a negative difference rounds to the same offset
}

Volume<float> corrupt(const Volume<float>& source, const Artefact& artefact, const CorruptionWindow& window) {
  const auto changed = rescale_slices(apply(corruption_input(source, window), artefact));
  return paste_window(changed, source.rows, source.columns);
}

}  // namespace tandem::equations
