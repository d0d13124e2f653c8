#include "augment/label_corruption.h"

#include <algorithm>

namespace tandem::augment {
namespace {

using equations::BorderSwaps, equations::LabelShape, equations::Morphology;

/// A pixel of the heart, or of the middle of a slice without one.
std::array<double, 2> somewhere_at_heart(const Image<std::uint8_t>& label, RandomStream& random) {
  const auto heart = std::ranges::count_if(label.values, [](std::uint8_t v) { return v != 0; });
  if (heart == 0) {
    const double row = random.uniform(0.35, 0.65), column = random.uniform(0.35, 0.65);
    return {row * double(label.rows), column * double(label.columns)};
  }
  auto left = random.integer(0, heart - 1);
  const auto at = std::ranges::find_if(label.values, [&](std::uint8_t v) { return v != 0 && left-- == 0; });
  const auto index = at - label.values.begin();
  return {double(index / label.columns), double(index % label.columns)};
}

LabelShape draw_shape(const Image<std::uint8_t>& label, RandomStream& random) {
  LabelShape shape;
  const auto side = double(std::min(label.rows, label.columns));
  const auto kind = random.integer(0, 2);  // ellipse, rectangle, line
  shape.kind = kind == 0 ? LabelShape::Kind::Ellipse : LabelShape::Kind::Rectangle;
  const auto centre = somewhere_at_heart(label, random);
  shape.row = centre[0] + random.uniform(-0.05, 0.05) * side;
  shape.column = centre[1] + random.uniform(-0.05, 0.05) * side;
  shape.half_rows = random.uniform(0.01, 0.08) * side;
  shape.half_columns = kind == 2 ? random.uniform(0.5, 1.5) : random.uniform(0.01, 0.08) * side;
  shape.degrees = random.uniform(0, 180);
  shape.label = random.chance(0.5) ? 0 : std::uint8_t(random.integer(1, 3));
  return shape;
}

}  // namespace

LabelCorruptionDraw draw_label_corruption(const Image<std::uint8_t>& label, RandomStream& random) {
  LabelCorruptionDraw draw;
  const auto kinds = random.integer(1, 7);  // bits: any of the three kinds, at least one
  if (kinds & 1)
    for (auto left = random.integer(1, 3); left > 0; --left) draw.emplace_back(draw_shape(label, random));
  if (kinds & 2)
    draw.emplace_back(Morphology{.dilate = random.chance(0.5),
                                 .label = std::uint8_t(random.integer(1, 3)),
                                 .radius = random.uniform(1, 4)});
  if (kinds & 4)
    draw.emplace_back(BorderSwaps{.reach = random.uniform(1, 3),
                                  .probability = random.uniform(0.1, 0.5),
                                  .seed = (std::uint64_t(random.bits()) << 32) | random.bits()});
  return draw;
}

Image<std::uint8_t> corrupt_label(const Image<std::uint8_t>& label, const LabelCorruptionDraw& draw) {
  auto out = label;
  for (const auto& step : draw) {
    if (const auto* shape = std::get_if<LabelShape>(&step)) out = equations::paint_shape(out, *shape);
    if (const auto* m = std::get_if<Morphology>(&step)) out = equations::erode_or_dilate(out, *m);
    if (const auto* swaps = std::get_if<BorderSwaps>(&step)) out = equations::swap_near_borders(out, *swaps);
  }
  return out;
}

}  // namespace tandem::augment
