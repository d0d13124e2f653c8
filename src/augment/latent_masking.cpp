#include "augment/latent_masking.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "equations/latent_masks.h"

namespace tandem::augment {
namespace {

Scheme choose_scheme(MaskType type, RandomStream& random) {
  switch (type) {
    case MaskType::Dropout:
      return Scheme::Dropout;
    case MaskType::Spatial:
      return Scheme::Spatial;
    case MaskType::Channel:
      return Scheme::Channel;
    case MaskType::Random:
      break;
  }
  return std::array{Scheme::Dropout, Scheme::Spatial, Scheme::Channel}[size_t(random.integer(0, 2))];
}

/// One stream per sample, or one for the batch (sample 0) when a draw is shared.
RandomStream stream(const StepKey& key, Purpose purpose, std::uint32_t sample) {
  return RandomStream({key.seed, purpose, key.epoch, key.step, sample});
}

/// U[0,1) of shape [N,L], row by row from the sample's own stream.
at::Tensor uniform_rows(const StepKey& key, Purpose purpose, const std::vector<std::uint32_t>& ids,
                        std::int64_t length) {
  auto values = at::empty({std::int64_t(ids.size()), length}, at::kDouble);
  double* out = values.data_ptr<double>();
  for (const auto id : ids) {
    auto random = stream(key, purpose, id);
    for (std::int64_t i = 0; i < length; ++i) *out++ = random.uniform();
  }
  return values;
}

at::Tensor annealing_draws(const LatentConfig& config, const StepKey& key, Purpose purpose,
                           const std::vector<std::uint32_t>& ids, std::int64_t length) {
  switch (config.annealing) {
    case Annealing::PerElement:
      return uniform_rows(key, purpose, ids, length);
    case Annealing::PerSample:
      return uniform_rows(key, purpose, ids, 1);
    case Annealing::PerBatch:
      break;
  }
  return uniform_rows(key, purpose, {0}, 1);
}

}  // namespace

void LatentDraw::set_thresholds(const std::vector<double>& fractions, std::int64_t length) {
  q = fractions;
  ranks = equations::threshold_ranks(length, q);
}

void LatentDraw::set_dropout(double p) {
  dropout_p = p;
  kept_scale = at::full({1}, equations::dropout_scale(p), at::kDouble);
}

LatentDraw draw_latent(const LatentConfig& config, Code code, const StepKey& key,
                       const std::vector<std::uint32_t>& ids, at::IntArrayRef shape) {
  const bool image = code == Code::Image;
  const Purpose scheme_purpose = image || config.shared_scheme ? Purpose::ImageScheme : Purpose::ShapeScheme;
  const Purpose batch_purpose = image ? Purpose::ImageScheme : Purpose::ShapeScheme;
  const Purpose mask_purpose = image ? Purpose::ImageMask : Purpose::ShapeMask;
  const MaskType type = image || config.shared_scheme ? config.image_mask_type : config.shape_mask_type;

  LatentDraw draw;
  auto scheme_random = stream(key, scheme_purpose, 0);
  draw.scheme = choose_scheme(type, scheme_random);

  // Sample 1 of the scheme's purpose is the batch-wide threshold; per-sample ones use the samples' own
  // streams.
  const double fixed = config.max_threshold;
  std::vector<double> q = {config.random_threshold ? fixed * stream(key, batch_purpose, 1).uniform() : fixed};
  if (config.random_threshold && config.threshold_sampling == ThresholdSampling::PerSample) {
    q.clear();
    for (const auto id : ids) q.push_back(fixed * stream(key, batch_purpose, id).uniform());
  }
  if (draw.scheme == Scheme::Dropout) {
    draw.q = q;
    draw.set_dropout(config.dropout_random_p ? fixed * stream(key, batch_purpose, 2).uniform() : fixed);
    draw.keep = uniform_rows(key, mask_purpose, ids, shape[1]) >= draw.dropout_p;
  } else {
    const auto length = draw.scheme == Scheme::Channel ? shape[1] : shape[2] * shape[3];
    draw.set_thresholds(q, length);
    draw.soft_u = annealing_draws(config, key, mask_purpose, ids, length);
  }
  return draw;
}

MaskedCode mask_code(const at::Tensor& code, const LatentConfig& config, const LatentDraw& draw,
                     const std::function<at::Tensor(const at::Tensor&)>& loss_of,
                     const parallel::BatchPart* part) {
  if (draw.scheme == Scheme::Dropout) return mask_code(code, {}, config, draw, part);
  const at::AutoGradMode with_gradient(true);
  const auto leaf = code.detach().requires_grad_(true);
  return mask_code(code, torch::autograd::grad({loss_of(leaf)}, {leaf})[0], config, draw, part);
}

MaskedCode mask_code(const at::Tensor& code, const at::Tensor& gradient, const LatentConfig& config,
                     const LatentDraw& draw, const parallel::BatchPart* part) {
  using namespace equations;
  const at::NoGradGuard no_graph;
  const auto like_code = code.options();
  MaskedCode result;
  if (draw.scheme == Scheme::Dropout) {
    const auto scale =
        config.dropout_rescale ? draw.kept_scale.to(like_code, /*non_blocking=*/true) : at::Tensor();
    result.code = channel_dropout(code, draw.keep.to(like_code, /*non_blocking=*/true), scale);
    return result;
  }
  result.gradient = gradient;
  const bool channel = draw.scheme == Scheme::Channel;
  result.scores = parallel::per_shard(part, result.gradient, channel ? channel_scores : spatial_scores);
  if (config.abs_gradient) result.scores = result.scores.abs();
  result.threshold = score_thresholds(result.scores, draw.ranks.to(code.device(), /*non_blocking=*/true));
  result.set = masked_set(result.scores, result.threshold, config.mask_strict);
  result.mask = mask_values(result.set, draw.soft_u.to(like_code, /*non_blocking=*/true), config.if_soft);
  result.code = channel ? apply_channel_mask(code, result.mask) : apply_spatial_mask(code, result.mask);
  return result;
}

}  // namespace tandem::augment
