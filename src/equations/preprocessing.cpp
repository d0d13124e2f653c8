#include "equations/preprocessing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "base/error.h"
#include "equations/statistics.h"

namespace tandem::equations {
namespace {

/// Where one output row (or column) looks: two neighbours and the weight of the second.
struct Sample {
  size_t nearest = 0, low = 0, high = 0;
  double weight = 0;
};

/// Samples of the rows (or columns) that look inside; these come first, as both grids begin at one place.
std::vector<Sample> samples_along(std::int64_t from_size, double from_mm, std::int64_t to_size,
                                  double to_mm) {
  std::vector<Sample> samples;
  const auto clamped = [&](std::int64_t i) { return size_t(std::clamp<std::int64_t>(i, 0, from_size - 1)); };
  for (std::int64_t i = 0; i < to_size; ++i) {
    const double c = double(i) * to_mm / from_mm;
    if (c >= double(from_size) - 0.5) break;
    const auto low = std::int64_t(std::floor(c));
    samples.push_back(
        {clamped(std::int64_t(std::floor(c + 0.5))), clamped(low), clamped(low + 1), c - double(low)});
  }
  return samples;
}

/// Makes the output's slices one by one; fill(slice of the source, rows, columns, slice of the output) sets
/// the pixels that look inside.
template <class T, class Fill>
Volume<T> resample(const Volume<T>& volume, const PlaneGrid& from, const PlaneGrid& to, const Fill& fill) {
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
  for (std::int64_t s = 0; s < out.slices; ++s) fill(volume.slice(s), rows, columns, out.slice(s));
  return out;
}

/// Rows of a slice, interpolated to the columns of the output. The two asked for last are kept: neighbouring
/// rows of the output look at the same ones.
class RowsAcross {
 public:
  RowsAcross(std::span<const float> slice, size_t width, const std::vector<Sample>& columns)
      : slice_(slice), width_(width), columns_(columns) {}
  /// Valid until two other rows were asked for.
  const double* row(size_t r) {
    if (older_.row != r && newer_.row != r) compute(r, older_);
    if (newer_.row != r) std::swap(older_, newer_);
    return newer_.values.data();
  }

 private:
  struct Kept {
    std::optional<size_t> row;
    std::vector<double> values;
  };
  void compute(size_t r, Kept& kept) {
    kept.row = r;
    kept.values.resize(columns_.size());
    const float* const from = slice_.data() + r * width_;
    for (size_t c = 0; c < columns_.size(); ++c) {
      const auto& x = columns_[c];
      kept.values[c] = from[x.low] + x.weight * (double(from[x.high]) - from[x.low]);
    }
  }

  std::span<const float> slice_;
  size_t width_;
  const std::vector<Sample>& columns_;
  Kept older_, newer_;
};

}  // namespace

std::pair<double, double> clip_thresholds(std::span<const float> values) {
  const auto both = percentiles(values, std::array{2.0, 98.0});
  return {both[0], both[1]};
}

Volume<float> normalise_percentiles(const Volume<float>& volume) {
  const auto [p2, p98] = clip_thresholds(volume.values);
  const float low = float(p2), high = float(p98), range = float(1e-10 + p98 - p2);
  Volume<float> out(volume.slices, volume.rows, volume.columns);
  std::ranges::transform(volume.values, out.values.begin(),
                         [=](float v) { return (std::clamp(v, low, high) - low) / range; });
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
  return resample(volume, from, to, [&](auto slice, const auto& rows, const auto& columns, auto out) {
    RowsAcross across(slice, size_t(from.columns), columns);
    for (size_t r = 0; r < rows.size(); ++r) {
      const double* const top = across.row(rows[r].low);
      const double* const bottom = across.row(rows[r].high);
      float* const to_row = out.data() + r * size_t(to.columns);
      for (size_t c = 0; c < columns.size(); ++c)
        to_row[c] = float(top[c] + rows[r].weight * (bottom[c] - top[c]));
    }
  });
}

Volume<std::uint8_t> resample_nearest(const Volume<std::uint8_t>& volume, const PlaneGrid& from,
                                      const PlaneGrid& to) {
  return resample(volume, from, to, [&](auto slice, const auto& rows, const auto& columns, auto out) {
    for (size_t r = 0; r < rows.size(); ++r) {
      const std::uint8_t* const from_row = slice.data() + rows[r].nearest * size_t(from.columns);
      std::uint8_t* const to_row = out.data() + r * size_t(to.columns);
      for (size_t c = 0; c < columns.size(); ++c) to_row[c] = from_row[columns[c].nearest];
    }
  });
}

}  // namespace tandem::equations
