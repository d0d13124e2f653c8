#include "equations/surface_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "equations/distance_transform.h"
#include "equations/statistics.h"

namespace tandem::equations {
namespace {

using Mask = Volume<std::uint8_t>;
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// The smallest box [first, last] that holds all voxels of a class in both maps; false if there is none.
/// Outside it nothing belongs to the class, so that surfaces and distances inside are those of the whole.
struct Box {
  std::array<std::int64_t, 3> first, last{-1, -1, -1};

  Box(const Mask& a, const Mask& b, std::uint8_t klass) : first(a.shape()) {
    for (std::int64_t s = 0; s < a.slices; ++s)
      for (std::int64_t r = 0; r < a.rows; ++r) {
        const auto start = size_t((s * a.rows + r) * a.columns);
        for (std::int64_t c = 0; c < a.columns; ++c)
          if (a.values[start + size_t(c)] == klass || b.values[start + size_t(c)] == klass) add({s, r, c});
      }
  }
  bool empty() const { return last[0] < 0; }
  Mask cut(const Mask& from, std::uint8_t klass) const {
    Mask out(last[0] - first[0] + 1, last[1] - first[1] + 1, last[2] - first[2] + 1);
    for (std::int64_t s = 0; s < out.slices; ++s)
      for (std::int64_t r = 0; r < out.rows; ++r)
        for (std::int64_t c = 0; c < out.columns; ++c)
          out.at(s, r, c) = from.at(first[0] + s, first[1] + r, first[2] + c) == klass;
    return out;
  }

 private:
  void add(const std::array<std::int64_t, 3>& voxel) {
    for (size_t i = 0; i < 3; ++i) {
      first[i] = std::min(first[i], voxel[i]);
      last[i] = std::max(last[i], voxel[i]);
    }
  }
};

Mask surface_of(const Mask& mask) {
  Mask out(mask.slices, mask.rows, mask.columns);
  const auto inside = [&](std::int64_t s, std::int64_t r, std::int64_t c) {
    return s >= 0 && r >= 0 && c >= 0 && s < mask.slices && r < mask.rows && c < mask.columns &&
           mask.at(s, r, c) != 0;
  };
  for (std::int64_t s = 0; s < mask.slices; ++s)
    for (std::int64_t r = 0; r < mask.rows; ++r)
      for (std::int64_t c = 0; c < mask.columns; ++c)
        out.at(s, r, c) =
            mask.at(s, r, c) && !(inside(s - 1, r, c) && inside(s + 1, r, c) && inside(s, r - 1, c) &&
                                  inside(s, r + 1, c) && inside(s, r, c - 1) && inside(s, r, c + 1));
  return out;
}

std::int64_t count_set(const Mask& mask) {
  return std::count_if(mask.values.begin(), mask.values.end(), [](std::uint8_t v) { return v != 0; });
}

std::vector<double> distances_from(const Mask& surface, const Mask& to,
                                   const std::array<double, 3>& spacing_mm) {
  const auto squared = squared_distances(to, spacing_mm);
  std::vector<double> out;
  for (size_t i = 0; i < surface.values.size(); ++i)
    if (surface.values[i]) out.push_back(std::sqrt(squared.values[i]));
  return out;
}

/// f over the distances of both directions put together.
template <class Function>
double of_all(const SurfaceDistances& d, const Function& f) {
  if (d.prediction_to_label.empty()) return kUndefined;
  auto all = d.prediction_to_label;
  all.insert(all.end(), d.label_to_prediction.begin(), d.label_to_prediction.end());
  return f(all);
}

}  // namespace

SurfaceDistances surface_distances(const Mask& label, const Mask& prediction, std::uint8_t klass,
                                   const std::array<double, 3>& spacing_mm) {
  require(label.shape() == prediction.shape(), "label is {} voxels, prediction {}",
          fmt::join(label.shape(), "x"), fmt::join(prediction.shape(), "x"));
  SurfaceDistances out;
  const Box box(label, prediction, klass);
  if (box.empty()) return out;
  const auto of_label = surface_of(box.cut(label, klass));
  const auto of_prediction = surface_of(box.cut(prediction, klass));
  out.label_voxels = count_set(of_label), out.prediction_voxels = count_set(of_prediction);
  if (out.label_voxels == 0 || out.prediction_voxels == 0) return out;
  out.prediction_to_label = distances_from(of_prediction, of_label, spacing_mm);
  out.label_to_prediction = distances_from(of_label, of_prediction, spacing_mm);
  return out;
}

double hausdorff(const SurfaceDistances& distances) {
  return of_all(distances, [](const auto& all) { return *std::max_element(all.begin(), all.end()); });
}

double hausdorff_95(const SurfaceDistances& distances) {
  return of_all(distances, [](const auto& all) { return percentile(all, 95); });
}

double hausdorff_95_larger(const SurfaceDistances& d) {
  if (d.prediction_to_label.empty()) return kUndefined;
  return std::max(percentile(d.prediction_to_label, 95), percentile(d.label_to_prediction, 95));
}

double assd(const SurfaceDistances& distances) {
  return of_all(distances, [](const auto& all) { return mean(all); });
}

double assd_of_two_means(const SurfaceDistances& d) {
  if (d.prediction_to_label.empty()) return kUndefined;
  return (mean(d.prediction_to_label) + mean(d.label_to_prediction)) / 2;
}

double normalised_surface_dice(const SurfaceDistances& distances, double tolerance_mm) {
  require(tolerance_mm >= 0, "the tolerance of a surface Dice is {} mm; it must not be negative",
          tolerance_mm);
  return of_all(distances, [&](const auto& all) {
    const auto near = std::count_if(all.begin(), all.end(), [&](double mm) { return mm <= tolerance_mm; });
    return double(near) / double(all.size());
  });
}

}  // namespace tandem::equations
