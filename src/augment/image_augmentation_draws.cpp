#include "augment/image_augmentation_draws.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "equations/bias_field.h"

namespace tandem::augment {
namespace {

using equations::Window;
using Ids = std::vector<std::uint32_t>;

constexpr std::int64_t kBorder = 3;  // pixels between a window and the edge of the image

RandomStream stream(const StepKey& key, Purpose purpose, std::uint32_t sample) {
  return RandomStream({key.seed, purpose, key.epoch, key.step, sample});
}

/// Float32 values row by row, each row from its sample's own stream.
template <class Value>
at::Tensor pixels(Purpose purpose, const StepKey& key, const Ids& ids, at::IntArrayRef shape,
                  const Value& value) {
  auto result = at::empty(shape, at::kFloat);
  const std::int64_t row = shape[1] * shape[2] * shape[3];
  float* out = result.data_ptr<float>();
  at::parallel_for(0, shape[0], 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) {
      auto random = stream(key, purpose, ids[size_t(n)]);
      for (std::int64_t i = 0; i < row; ++i) out[n * row + i] = float(value(random));
    }
  });
  return result;
}

/// A window's side along an axis.
std::int64_t window_side(RandomStream& random, std::int64_t length, bool large) {
  return large ? length - random.integer(3 * length / 7, 4 * length / 7)
               : random.integer(length / 6, length / 3);
}

std::vector<Window> draw_windows(const MultiWindowConfig& config, RandomStream& random, bool large,
                                 std::int64_t rows, std::int64_t columns) {
  std::vector<Window> windows;
  const auto most = size_t(config.max_windows);
  // Large windows come from another work, where the first is certain.
  while (windows.size() < most && ((large && windows.empty()) || random.chance(config.p_continue))) {
    Window w;
    w.rows = window_side(random, rows, large), w.columns = window_side(random, columns, large);
    w.first_row = random.integer(kBorder, rows - w.rows - kBorder);
    w.first_column = random.integer(kBorder, columns - w.columns - kBorder);
    windows.push_back(w);
  }
  return windows;
}

void draw_multi_window(const MultiWindowConfig& config, const StepKey& key, const Ids& ids,
                       at::IntArrayRef shape, ImageDraw& draw) {
  draw.outside = at::empty({shape[0], 1, 1, 1}, at::kBool);
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    auto random = stream(key, Purpose::MultiWindow, ids[size_t(n)]);
    const bool outside = random.chance(config.p_out);
    const bool large = outside && config.out_windows == MultiWindowConfig::OutWindows::Genesis;
    draw.outside[n].fill_(outside);
    draw.windows.push_back(draw_windows(config, random, large, shape[2], shape[3]));
  }
  draw.inside = equations::window_mask(draw.windows, shape[2], shape[3]);
  draw.pixels = pixels(Purpose::MultiWindowNoise, key, ids, shape,
                       [](RandomStream& random) { return random.uniform(); });
}

at::Tensor draw_control_points(const AdversarialBiasConfig& config, const StepKey& key, const Ids& ids,
                               at::IntArrayRef shape) {
  const auto rows = equations::control_point_count(shape[2], config.spacing_of(shape[2]), config.downscale);
  const auto columns =
      equations::control_point_count(shape[3], config.spacing_of(shape[3]), config.downscale);
  const bool box = config.constraint == AdversarialBiasConfig::Constraint::Box;
  const double low = std::log(1 - config.eps), high = std::log(1 + config.eps);
  auto points = at::empty({std::int64_t(ids.size()), 1, rows, columns}, at::kDouble);
  double* out = points.data_ptr<double>();
  for (const auto id : ids) {
    auto random = stream(key, Purpose::AdversarialBias, id);
    for (std::int64_t i = 0; i < rows * columns; ++i)
      *out++ = box ? random.uniform(low, high) : random.normal();
  }
  return box ? points : equations::unit_direction(points);
}

bool applies(const ImageAugmentationConfig& config, const StepKey& key) {
  return stream(key, Purpose::ImageAugmentation, 0).chance(config.da.p_apply);
}

}  // namespace

bool RandomKernel::inverts() const {
  return weight.size(2) == 1 && alpha + (1 - alpha) * weight.flatten()[0].item<double>() < 0;
}

at::Tensor normal_pixels(Purpose purpose, const StepKey& key, const Ids& ids, at::IntArrayRef shape) {
  return pixels(purpose, key, ids, shape, [](RandomStream& random) { return random.normal(); });
}

std::vector<RandomKernel> draw_kernels(const RandomConvolutionConfig& config, const StepKey& key,
                                       std::int64_t channels) {
  std::vector<RandomKernel> kernels;
  for (std::int64_t draw = 0; draw < config.draws; ++draw) {
    auto random = stream(key, Purpose::RandomConvolution, std::uint32_t(draw));
    const auto choice = random.integer(0, std::int64_t(config.kernels.size()) - 1);
    const auto side = std::int64_t(config.kernels[size_t(choice)]);
    RandomKernel kernel;
    kernel.alpha = config.mix ? random.uniform() : random.chance(0.5) ? 1.0 : 0.0;
    kernel.weight = at::empty({channels, channels, side, side}, at::kDouble);
    const double deviation = 1 / std::sqrt(double(channels * side * side));
    double* out = kernel.weight.data_ptr<double>();
    for (std::int64_t i = 0; i < kernel.weight.numel(); ++i) out[i] = deviation * random.normal();
    kernels.push_back(kernel);
  }
  return kernels;
}

SplineBasis spline_basis(const AdversarialBiasConfig& config, at::IntArrayRef shape) {
  const auto matrix = [&](std::int64_t side) {
    return equations::spline_matrix(side, config.spacing_of(side), config.downscale);
  };
  return {matrix(shape[2]), matrix(shape[3])};
}

ImageDraw draw_image_augmentation(const ImageAugmentationConfig& config, const StepKey& key, const Ids& ids,
                                  at::IntArrayRef shape) {
  ImageDraw draw;
  draw.apply = config.active() && applies(config, key);
  if (!draw.apply) return draw;
  switch (config.da.method) {
    case ImageMethod::MultiWindow:
      draw_multi_window(config.mwm, key, ids, shape, draw);
      break;
    case ImageMethod::RandomConvolution:
      draw.kernels = draw_kernels(config.randconv, key, shape[1]);
      break;
    case ImageMethod::AdversarialNoise:
      draw.pixels = normal_pixels(Purpose::AdversarialNoise, key, ids, shape);
      break;
    case ImageMethod::AdversarialBias:
      draw.control_points = draw_control_points(config.advbias, key, ids, shape);
      draw.spline = spline_basis(config.advbias, shape);
      break;
    case ImageMethod::None:
      break;
  }
  return draw;
}

double inverted_fraction(const ImageAugmentationConfig& config, std::uint64_t seed, std::uint32_t epoch,
                         std::int64_t steps) {
  std::int64_t inverted = 0, all = 0;
  for (std::int64_t step = 0; step < steps; ++step) {
    const StepKey key{seed, epoch, std::uint32_t(step)};
    if (!applies(config, key)) continue;
    for (const auto& kernel : draw_kernels(config.randconv, key, /*channels=*/1)) {
      inverted += kernel.inverts();
      ++all;
    }
  }
  return all > 0 ? double(inverted) / double(all) : 0.0;
}

}  // namespace tandem::augment
