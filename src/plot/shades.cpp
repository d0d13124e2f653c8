#include "plot/shades.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tandem::plot {
namespace {

constexpr double kSmall = 7;

/// Colours at equal distances, from the lowest value to the highest.
const std::vector<Color>& anchors(ShadeKind kind) {
  static const std::vector<Color> gray = {{0, 0, 0}, {1, 1, 1}};
  static const std::vector<Color> heat = {{0, 0, 0.02},       {0.26, 0.04, 0.41}, {0.58, 0.15, 0.40},
                                          {0.87, 0.32, 0.23}, {0.99, 0.65, 0.04}, {0.99, 1.0, 0.64}};
  static const std::vector<Color> diverging = {
      {0.0, 0.2, 0.45}, {0.26, 0.58, 0.80}, {1, 1, 1}, {0.93, 0.55, 0.25}, {0.55, 0.16, 0.0}};
  return kind == ShadeKind::Gray ? gray : kind == ShadeKind::Heat ? heat : diverging;
}

}  // namespace

Color shade(ShadeKind kind, double share) {
  const auto& colors = anchors(kind);
  const double place = (share > 0 ? std::min(share, 1.0) : 0) * double(colors.size() - 1);
  const auto left = std::min(size_t(place), colors.size() - 2);
  const double t = place - double(left);
  const auto &a = colors[left], &b = colors[left + 1];
  return {a.red + t * (b.red - a.red), a.green + t * (b.green - a.green), a.blue + t * (b.blue - a.blue)};
}

Image<std::uint32_t> shaded(const Image<float>& values, const Shading& shading) {
  Image<std::uint32_t> pixels(values.rows, values.columns);
  for (size_t i = 0; i < values.values.size(); ++i)
    pixels.values[i] =
        packed(shade(shading.kind, (values.values[i] - shading.low) / (shading.high - shading.low)));
  return pixels;
}

double draw_color_bar(Canvas& canvas, Point corner, double width, const Shading& shading,
                      const std::string& label) {
  constexpr int kSteps = 128;
  constexpr double kHeight = 7;
  Image<float> ramp(1, kSteps);
  for (int i = 0; i < kSteps; ++i)
    ramp.at(0, i) = float(shading.low + (shading.high - shading.low) * i / (kSteps - 1));
  canvas.text({corner.x, corner.y + kSmall - 1}, label, kSmall);
  const double top = corner.y + kSmall + 3, bottom = top + kHeight;
  canvas.image({corner.x, top}, width, kHeight, shaded(ramp, shading));
  canvas.rectangle({corner.x, top}, width, kHeight, kInk.with_alpha(0), kInk, 0.5);
  for (const auto& [share, align] :
       {std::pair(0.0, Align::Left), std::pair(0.5, Align::Centre), std::pair(1.0, Align::Right)})
    canvas.text({corner.x + share * width, bottom + kSmall + 1},
                fmt::format("{:.3g}", shading.low + share * (shading.high - shading.low)), kSmall, align);
  return bottom + kSmall + 4;
}

double scale_bar_mm(double length_mm, double share) {
  const double most = length_mm * share, power = std::pow(10.0, std::floor(std::log10(most)));
  for (const double factor : {5.0, 2.0})
    if (factor * power <= most) return factor * power;
  return power;
}

void draw_scale_bar(Canvas& canvas, Point corner, double width, double mm) {
  constexpr Color kWhite = {1, 1, 1}, kBlack = {0, 0, 0};
  const auto words = fmt::format("{:g} mm", mm);
  const double box = std::max(width, canvas.text_width(words, 6));
  canvas.rectangle({corner.x - 1.5, corner.y - 9.5}, box + 3, 11, kBlack.with_alpha(0.55),
                   kBlack.with_alpha(0), 0);
  canvas.line(corner, {corner.x + width, corner.y}, kWhite, 1.5);
  canvas.text({corner.x, corner.y - 2.5}, words, 6, Align::Left, false, kWhite);
}

Color class_color(int klass) {
  switch (klass) {
    case 1:
      return {0.835, 0.369, 0.0};
    case 2:
      return {0.941, 0.894, 0.259};
    case 3:
      return {0.337, 0.706, 0.914};
    default:
      return {0, 0, 0, 0};
  }
}

}  // namespace tandem::plot
