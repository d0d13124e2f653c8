#include "augment/training_policy.h"

#include <algorithm>

#include "base/error.h"
#include "equations/elastic_map.h"
#include "equations/intensity.h"

namespace tandem::augment {
namespace {

double draw(RandomStream& random, const std::vector<double>& range) {
  return random.uniform(range[0], range[1]);
}

/// U(-1, 1) in steps of 2^-15, ends excluded, two pixels from one draw: smoothing over thousands of pixels
/// makes finer steps pointless.
Image<float> draw_noise(RandomStream& random, std::int64_t rows, std::int64_t columns) {
  Image<float> noise(rows, columns);
  const auto value = [](std::uint32_t bits) { return (float(bits & 0xFFFFU) + 0.5F) * 0x1.0p-15F - 1.0F; };
  for (size_t i = 0; i < noise.values.size(); i += 2) {
    const auto bits = random.bits();
    noise.values[i] = value(bits);
    if (i + 1 < noise.values.size()) noise.values[i + 1] = value(bits >> 16);
  }
  return noise;
}

SlicePair padded(const SlicePair& pair, const AugmentConfig& config) {
  SlicePair out{equations::pad_with_minimum(pair.image, config.pad), pair.label};
  data::drop_unknown_labels(out.label.values);
  out.label = equations::pad_with_minimum(out.label, config.pad);
  return out;
}

/// The pixels that crop_centre keeps of rows x columns.
equations::Window central_window(std::int64_t rows, std::int64_t columns, std::int64_t size) {
  return {(rows - size + 1) / 2, (columns - size + 1) / 2, size, size};
}

SlicePair warp(const SlicePair& pair, const equations::AffineMap& map, const equations::Window& window) {
  return {equations::warp_bilinear(pair.image, map, window),
          equations::warp_nearest(pair.label, map, window)};
}

SlicePair deform(const SlicePair& pair, const PolicyDraw::Elastic& elastic, const equations::Window& window) {
  const double side = double(pair.image.rows), sigma = side * elastic.sigma, alpha = side * elastic.alpha;
  const auto spacing = equations::smoothing_spacing(sigma);
  const equations::Displacement<float> field{
      window, equations::smooth_noise(elastic.noise_rows, sigma, alpha, window, spacing),
      equations::smooth_noise(elastic.noise_columns, sigma, alpha, window, spacing)};
  return {equations::warp_spline(pair.image, field), equations::warp_label(pair.label, field)};
}

}  // namespace

PolicyDraw draw_policy(const AugmentConfig& config, RandomStream& random, std::int64_t rows,
                       std::int64_t columns) {
  PolicyDraw d;
  d.flip_left_right = random.chance(config.flip_left_right);
  d.flip_up_down = random.chance(config.flip_up_down);
  if (random.chance(config.intensity)) {
    const double contrast = draw(random, config.contrast);
    d.intensity = {contrast, draw(random, config.brightness)};
  }
  d.affine.angle_degrees = draw(random, config.rotation);
  d.affine.shift_rows = draw(random, config.shift);
  d.affine.shift_columns = draw(random, config.shift);
  d.affine.zoom_rows = draw(random, config.zoom);
  d.affine.zoom_columns = draw(random, config.zoom);
  d.turn_degrees = config.turn_step * double(random.integer(0, std::int64_t(360 / config.turn_step) - 1));
  if (random.chance(config.elastic)) {
    const double alpha = draw(random, config.elastic_alpha), sigma = draw(random, config.elastic_sigma);
    const auto height = std::max(rows, config.pad), width = std::max(columns, config.pad);
    d.elastic = {alpha, sigma, draw_noise(random, height, width), draw_noise(random, height, width)};
  }
  return d;
}

SlicePair augment(const SlicePair& pair, const PolicyDraw& d, const AugmentConfig& config) {
  auto out = padded(pair, config);
  const auto rows = out.image.rows, columns = out.image.columns;
  if (d.flip_left_right) equations::flip_left_right(out.image), equations::flip_left_right(out.label);
  if (d.flip_up_down) equations::flip_up_down(out.image), equations::flip_up_down(out.label);
  if (d.intensity) equations::change_brightness(out.image, d.intensity->contrast, d.intensity->brightness);
  // The last map makes only the pixels that the central crop keeps.
  const auto all = equations::whole(out.image), kept = central_window(rows, columns, config.crop);
  out = warp(out, equations::affine_map(d.affine, rows, columns), all);
  out = warp(out, equations::affine_map({.angle_degrees = d.turn_degrees}, rows, columns),
             d.elastic ? all : kept);
  if (d.elastic) out = deform(out, *d.elastic, kept);
  equations::scale_min_max(out.image);
  return out;
}

SlicePair plain_pair(const SlicePair& pair, const AugmentConfig& config) {
  const auto full = padded(pair, config);
  SlicePair out{equations::crop_centre(full.image, config.crop),
                equations::crop_centre(full.label, config.crop)};
  equations::scale_min_max(out.image);
  return out;
}

SlicePair original_pair(const SlicePair& pair, const AugmentConfig& config) {
  SlicePair out{equations::crop_or_pad_zero(pair.image, config.crop),
                equations::crop_or_pad_zero(pair.label, config.crop)};
  data::drop_unknown_labels(out.label.values);
  return out;
}

}  // namespace tandem::augment
