#include "augment/adversarial_images.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "equations/bias_field.h"
#include "equations/image_perturbation.h"

namespace tandem::augment {
namespace {

using parallel::BatchPart;

at::Tensor unit_directions(const at::Tensor& x, const BatchPart* part) {
  return parallel::per_shard(part, x, equations::unit_direction);
}

/// Gradient of the divergence of image_of(variable) in the variable alone: no parameter gets any.
at::Tensor search_gradient(const at::Tensor& variable, AdversarialImages& record,
                           const std::function<at::Tensor(const at::Tensor&)>& image_of,
                           const DivergenceOf& divergence_of) {
  const at::AutoGradMode with_gradient(true);
  const auto leaf = variable.detach().requires_grad_(true);
  const auto divergence = divergence_of(image_of(leaf));
  record.divergences.push_back(divergence.detach());
  record.gradients.push_back(torch::autograd::grad({divergence}, {leaf})[0]);
  return record.gradients.back();
}

}  // namespace

AdversarialImages adversarial_noise(const at::Tensor& x, const at::Tensor& direction,
                                    const AdversarialNoiseConfig& config, const DivergenceOf& divergence_of,
                                    const BatchPart* part) {
  const auto noisy = [&](const at::Tensor& unit, double length) {
    return parallel::per_shard(part, x, unit, [&](const at::Tensor& rows, const at::Tensor& d) {
      const auto image = rows + length * d;
      return config.renorm ? equations::scale_to_range_of(image, rows) : image;
    });
  };
  AdversarialImages result;
  const at::NoGradGuard no_graph;
  result.found = direction;
  for (std::int64_t t = 0; t < config.iters; ++t) {
    const auto gradient = search_gradient(
        result.found, result, [&](const at::Tensor& d) { return noisy(d, config.xi); }, divergence_of);
    result.found = unit_directions(gradient, part);
  }
  result.image = noisy(result.found, config.eps);
  return result;
}

AdversarialImages adversarial_bias(const at::Tensor& x, const at::Tensor& control_points,
                                   const SplineBasis& spline, const AdversarialBiasConfig& config,
                                   const DivergenceOf& divergence_of, const BatchPart* part) {
  const bool box = config.constraint == AdversarialBiasConfig::Constraint::Box;
  const auto rows = spline.rows.to(x.options(), /*non_blocking=*/true),
             columns = spline.columns.to(x.options(), /*non_blocking=*/true);
  const auto field_of = [&](const at::Tensor& points) {
    return parallel::per_shard(part, points, [&](const at::Tensor& c) {
      const auto surface = equations::spline_surface(c, rows, columns);
      return box ? equations::clamped_bias_field(surface, config.eps)
                 : equations::filled_bias_field(surface, config.eps);
    });
  };
  AdversarialImages result;
  const at::NoGradGuard no_graph;
  auto points = control_points;
  for (std::int64_t t = 1; t <= config.iters; ++t) {
    const auto gradient = search_gradient(
        points, result, [&](const at::Tensor& c) { return field_of(c) * x; }, divergence_of);
    points = points + config.step / std::sqrt(double(t)) * unit_directions(gradient, part);
    if (!box) points = unit_directions(points, part);
  }
  if (box) points = points.clamp(std::log(1 - config.eps), std::log(1 + config.eps));
  result.found = points;
  result.field = field_of(points);
  result.image = result.field * x;
  return result;
}

}  // namespace tandem::augment
