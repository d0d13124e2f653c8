#include "equations/preprocessing.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace tandem::equations {
namespace {

/// Order statistic number `rank` (0-based); reorders the values.
double order_statistic(std::vector<float>& values, size_t rank) {
  std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(rank), values.end());
  return values[rank];
}

double percentile_of_copy(std::vector<float>& values, double q) {
  const double position = q / 100 * double(values.size() - 1);
  const auto below = size_t(std::floor(position));
  const double a = order_statistic(values, below);
  if (below + 1 == values.size()) return a;
  // nth_element left everything above `below` on its right.
  const double b = *std::min_element(values.begin() + std::ptrdiff_t(below) + 1, values.end());
  const double t = position - double(below);
  // NumPy takes the difference in float32 and branches at 0.5; done the same way, the last bit agrees as
  // well.
  const double difference = float(b) - float(a);
  return t < 0.5 ? a + difference * t : b - difference * (1 - t);
}

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

double percentile(std::span<const float> values, double q) {
  require(!values.empty() && q >= 0 && q <= 100, "percentile {} of {} values does not exist", q,
          values.size());
  std::vector<float> copy(values.begin(), values.end());
  return percentile_of_copy(copy, q);
}

std::pair<double, double> clip_thresholds(std::span<const float> values) {
  require(!values.empty(), "percentiles of an empty volume do not exist");
  std::vector<float> copy(values.begin(), values.end());
  const double low = percentile_of_copy(copy, 2);
  return {low, percentile_of_copy(copy, 98)};
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
