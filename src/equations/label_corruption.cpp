#include "equations/label_corruption.h"

#include <array>
#include <cmath>
#include <numbers>

#include "base/random.h"
#include "equations/distance_transform.h"

namespace tandem::equations {
namespace {

bool contains(const LabelShape& shape, double row, double column) {
  const double angle = shape.degrees * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
  const double u = (c * (row - shape.row) + s * (column - shape.column)) / shape.half_rows;
  const double v = (c * (column - shape.column) - s * (row - shape.row)) / shape.half_columns;
  return shape.kind == LabelShape::Kind::Ellipse ? u * u + v * v <= 1 : std::abs(u) <= 1 && std::abs(v) <= 1;
}

/// Squared distances in pixels to the nearest pixel of a set.
template <class InSet>
std::vector<double> distances_to(const Image<std::uint8_t>& label, const InSet& in_set) {
  Volume<std::uint8_t> set(1, label.rows, label.columns);
  for (size_t i = 0; i < set.values.size(); ++i) set.values[i] = in_set(label.values[i]);
  return squared_distances(set, {1, 1, 1}).values;
}

}  // namespace

Image<std::uint8_t> paint_shape(const Image<std::uint8_t>& label, const LabelShape& shape) {
  auto out = label;
  for (std::int64_t r = 0; r < label.rows; ++r)
    for (std::int64_t c = 0; c < label.columns; ++c)
      if (contains(shape, double(r), double(c))) out.at(r, c) = shape.label;
  return out;
}

Image<std::uint8_t> erode_or_dilate(const Image<std::uint8_t>& label, const Morphology& morphology) {
  auto out = label;
  const double limit = morphology.radius * morphology.radius;
  const auto distance = distances_to(label, [&](std::uint8_t v) {
    return (v == morphology.label) == morphology.dilate;  // dilation: to the class; erosion: to all others
  });
  for (size_t i = 0; i < out.values.size(); ++i) {
    if (distance[i] > limit) continue;
    if (morphology.dilate) out.values[i] = morphology.label;
    if (!morphology.dilate && label.values[i] == morphology.label) out.values[i] = 0;
  }
  return out;
}

Image<std::uint8_t> swap_near_borders(const Image<std::uint8_t>& label, const BorderSwaps& swaps) {
  auto out = label;
  std::vector<std::uint8_t> near(label.values.size(), 0);
  for (std::uint8_t k = 0; k < 4; ++k) {  // near a border: close to a pixel of another class
    const auto distance = distances_to(label, [k](std::uint8_t v) { return v == k; });
    for (size_t i = 0; i < near.size(); ++i)
      near[i] |= label.values[i] != k && distance[i] <= swaps.reach * swaps.reach;
  }
  constexpr std::array<std::array<int, 2>, 4> kSteps = {{{0, 1}, {1, 0}, {0, -1}, {-1, 0}}};
  RandomStream random({swaps.seed, Purpose::LabelCorruption});
  for (std::int64_t r = 0; r < label.rows; ++r)
    for (std::int64_t c = 0; c < label.columns; ++c) {
      if (!near[size_t(r * label.columns + c)] || !random.chance(swaps.probability)) continue;
      const auto step = kSteps[size_t(random.integer(0, 3))];
      const auto r2 = r + step[0], c2 = c + step[1];
      if (r2 < 0 || c2 < 0 || r2 >= label.rows || c2 >= label.columns) continue;
      std::swap(out.at(r, c), out.at(r2, c2));
    }
  return out;
}

}  // namespace tandem::equations
