#include "equations/preprocessing.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "equations/statistics.h"

namespace tandem::equations {
namespace {

/// Where one output row (or column) looks: two neighbours and the weight of the second, or outside.
struct Sample {
  std::int64_t nearest = 0, low = 0, high = 0;
  double weight = 0;
  bool inside = false;
};

std::vector<Sample> samples_along(std::int64_t from_size, double from_mm, std::int64_t to_size,
                                  double to_mm) {
  std::vector<Sample> samples{size_t(to_size)};
  for (std::int64_t i = 0; i < to_size; ++i) {
    const double c = double(i) * to_mm / from_mm;
    auto& s = samples[size_t(i)];
    s.inside = c >= -0.5 && c < double(from_size) - 0.5;
    if (!s.inside) continue;
    const auto low = std::int64_t(std::floor(c));
    s.weight = c - double(low);
    s.low = std::clamp<std::int64_t>(low, 0, from_size - 1);
    s.high = std::clamp<std::int64_t>(low + 1, 0, from_size - 1);
    s.nearest = std::clamp<std::int64_t>(std::int64_t(std::floor(c + 0.5)), 0, from_size - 1);
  }
  return samples;
}

/// Walks over all output pixels; pick(slice, row sample, column sample) gives the value of those inside.
template <class T, class Pick>
Volume<T> resample(const Volume<T>& volume, const PlaneGrid& from, const PlaneGrid& to, const Pick& pick) {
  require(volume.rows == from.rows && volume.columns == from.columns,
          "resampling: the volume has {} x {} pixels, its grid {} x {}", volume.rows, volume.columns,
          from.rows, from.columns);
  require(from.row_mm > 0 && from.column_mm > 0 && to.row_mm > 0 && to.column_mm > 0,
          "resampling: spacing must be above 0 mm, not {} x {} and {} x {}", from.row_mm, from.column_mm,
          to.row_mm, to.column_mm);
  if (from == to) return volume;
  const auto rows = samples_along(from.rows, from.row_mm, to.rows, to.row_mm);
  const auto columns = samples_along(from.columns, from.column_mm, to.columns, to.column_mm);
  Volume<T> out(volume.slices, to.rows, to.columns);
  for (std::int64_t s = 0; s < out.slices; ++s)
    for (std::int64_t r = 0; r < out.rows; ++r)
      for (std::int64_t c = 0; c < out.columns; ++c) {
        const auto &y = rows[size_t(r)], &x = columns[size_t(c)];
        if (y.inside && x.inside) out.at(s, r, c) = pick(s, y, x);
      }
  return out;
}

}  // namespace

std::pair<double, double> clip_thresholds(std::span<const float> values) {
  return {percentile(values, 2), percentile(values, 98)};
}

Volume<float> normalise_percentiles(const Volume<float>& volume) {
  const auto [p2, p98] = clip_thresholds(volume.values);
  const float low = float(p2), high = float(p98), range = float(1e-10 + p98 - p2);
  Volume<float> out = volume;
  for (float& v : out.values) v = (std::clamp(v, low, high) - low) / range;
  return out;
}

PlaneGrid working_grid(const PlaneGrid& from) {
  const double row_ratio = kWorkingSpacingMm / from.row_mm, column_ratio = kWorkingSpacingMm / from.column_mm;
  if (std::abs(row_ratio + column_ratio - 2) < 1e-4) return from;
  const auto size = [](std::int64_t n, double old_mm) {
    return std::int64_t(std::nearbyint(double(n) * old_mm / kWorkingSpacingMm));
  };
  return {size(from.rows, from.row_mm), size(from.columns, from.column_mm), kWorkingSpacingMm,
          kWorkingSpacingMm};
}

Volume<float> resample_linear(const Volume<float>& volume, const PlaneGrid& from, const PlaneGrid& to) {
  return resample(volume, from, to, [&](std::int64_t s, const Sample& y, const Sample& x) {
    const double top = volume.at(s, y.low, x.low) +
                       x.weight * (double(volume.at(s, y.low, x.high)) - volume.at(s, y.low, x.low));
    const double bottom = volume.at(s, y.high, x.low) +
                          x.weight * (double(volume.at(s, y.high, x.high)) - volume.at(s, y.high, x.low));
    return float(top + y.weight * (bottom - top));
  });
}

Volume<std::uint8_t> resample_nearest(const Volume<std::uint8_t>& volume, const PlaneGrid& from,
                                      const PlaneGrid& to) {
  return resample(volume, from, to, [&](std::int64_t s, const Sample& y, const Sample& x) {
    return volume.at(s, y.nearest, x.nearest);
  });
}

}  // namespace tandem::equations
