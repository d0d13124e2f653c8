#include "training/image_augmentation_step.h"

#include <ATen/ATen.h>

#include "equations/consistency.h"

namespace tandem::training {
namespace {

using augment::Divergence;
using augment::ImageMethod;

constexpr double kContourWeight = 0.5;

/// The divergence of an adversarial method.
Divergence divergence_of(const augment::ImageAugmentationConfig& config) {
  return config.da.method == ImageMethod::AdversarialNoise ? config.advnoise.div : config.advbias.div;
}

/// Divergence of predictions from the reference's, one value per shard: [S].
at::Tensor divergence(Divergence kind, const at::Tensor& reference, const at::Tensor& logits,
                      const StepInputs& in) {
  const auto samples = parallel::samples_of(&in.part, in.x);
  return parallel::stack_shards(&in.part, reference, logits, [&](const at::Tensor& p, const at::Tensor& q) {
    switch (kind) {
      case Divergence::Mse:
        return equations::probability_difference(p, q, samples);
      case Divergence::KlContour:
        return equations::kl_divergence(p, q, samples) +
               kContourWeight * equations::contour_divergence(p, q, samples);
      case Divergence::Kl:
        break;
    }
    return equations::kl_divergence(p, q, samples);
  });
}

/// Mean over the predictions of their divergence from the mean prediction, one value per shard: [S].
at::Tensor divergence_from_mean(const std::vector<at::Tensor>& logits, const StepInputs& in) {
  const auto samples = parallel::samples_of(&in.part, in.x);
  // The predictions side by side, so that a shard's rows of all of them are cut together.
  return parallel::stack_shards(&in.part, at::stack(logits, 1), [&](const at::Tensor& rows) {
    return equations::divergences_from_mean(rows.unbind(1), samples).mean();
  });
}

at::Tensor painted(const StepInputs& in, const augment::ImageDraw& draw) {
  using namespace equations;
  const auto inside = draw.inside.to(in.x.device(), /*non_blocking=*/true);
  const auto noise = draw.pixels.to(in.x.options(), /*non_blocking=*/true);
  const auto outside = draw.outside.to(in.x.device(), /*non_blocking=*/true);
  return at::where(outside, paint_outside(in.x, noise, inside), paint_inside(in.x, noise, inside));
}

/// L_hard of an image scaled to [0,1]; no pass moves running statistics, the image decoder's neither.
void add_hard_loss(model::Networks& net, const StepInputs& in, const at::Tensor& image,
                   const LossConfig& loss, ImageAugmentationPass& out) {
  HardExamples example;
  example.x_hat = parallel::per_shard(&in.part, image, equations::scale_to_unit_range);
  out.images.push_back(example.x_hat);
  const auto terms = hard_pass(net, in, example, loss, frozen_mode(loss)).terms;
  out.terms.ce_p = terms.ce_p, out.terms.rec = terms.rec, out.terms.ce_stn_p = terms.ce_stn_p;
}

/// The search looks through the networks as in use (running statistics): then a sample's gradient is its own,
/// and neither statistics nor parameters notice it.
augment::AdversarialImages search(model::Networks& net, const StepInputs& in, const at::Tensor& reference,
                                  const augment::ImageDraw& draw,
                                  const augment::ImageAugmentationConfig& config) {
  const auto searching = in.pass(model::PassMode::Evaluation);
  const augment::DivergenceOf distance = [&](const at::Tensor& image) {
    return divergence(divergence_of(config), reference, net.ftn(image, searching), in).sum();
  };
  if (config.da.method == ImageMethod::AdversarialBias)
    return augment::adversarial_bias(in.x, draw.control_points.to(in.x.options(), /*non_blocking=*/true),
                                     draw.spline, config.advbias, distance, searching.part);
  const auto directions = parallel::per_shard(
      searching.part, draw.pixels.to(in.x.options(), /*non_blocking=*/true), equations::unit_direction);
  return augment::adversarial_noise(in.x, directions, config.advnoise, distance, searching.part);
}

void add_adversarial_loss(model::Networks& net, const StepInputs& in, const at::Tensor& reference,
                          const augment::ImageDraw& draw, const augment::ImageAugmentationConfig& config,
                          const LossConfig& loss, ImageAugmentationPass& out) {
  out.search = search(net, in, reference, draw, config);
  const auto prediction = net.ftn(out.search.image, in.pass(frozen_mode(loss)));
  out.terms.consistency = divergence(divergence_of(config), reference, prediction, in);
  add_hard_loss(net, in, out.search.image, loss, out);
}

/// The input of the standard pass through one random convolution, scaled to [0,1].
at::Tensor convolved(const StepInputs& in, const at::Tensor& noisy, const augment::RandomKernel& kernel) {
  return parallel::per_shard(&in.part, noisy, [&](const at::Tensor& rows) {
    return equations::scale_to_unit_range(equations::random_convolution(
        rows, kernel.weight.to(rows.options(), /*non_blocking=*/true), kernel.alpha));
  });
}

/// Every pass moves the statistics, as in the method's code.
void add_random_convolution_loss(model::Networks& net, const StepInputs& in, const at::Tensor& noisy,
                                 const augment::ImageDraw& draw,
                                 const augment::RandomConvolutionConfig& config, const LossConfig& loss,
                                 ImageAugmentationPass& out) {
  const auto tracked = in.pass(model::PassMode::Tracked);
  const double share = 1 / double(draw.kernels.size());
  auto& terms = out.terms;
  std::vector<at::Tensor> p, stn_p;
  for (const auto& kernel : draw.kernels) {
    out.images.push_back(convolved(in, noisy, kernel));
    const auto codes = net.encode(out.images.back(), tracked);
    p.push_back(net.decode_shape(codes.z_s, tracked));
    const auto x_rec = net.decode_image(codes.z_i, tracked);
    stn_p.push_back(net.stn(loss.separate_training ? p.back().detach() : p.back(), tracked));
    terms.rec = terms.rec + share * image_loss(x_rec, in, loss.rec_weight);
    if (!config.ce) continue;
    terms.ce_p = terms.ce_p + share * segmentation_loss(p.back(), in);
    terms.ce_stn_p = terms.ce_stn_p + share * segmentation_loss(stn_p.back(), in);
  }
  terms.consistency = config.lambda * (divergence_from_mean(p, in) + divergence_from_mean(stn_p, in));
}

}  // namespace

ImageAugmentationPass image_augmentation_pass(model::Networks& net, const StepInputs& in,
                                              const at::Tensor& noisy, const StandardPass& standard,
                                              const augment::ImageDraw& draw,
                                              const augment::ImageAugmentationConfig& config,
                                              const LossConfig& loss) {
  ImageAugmentationPass out;
  const auto zero = at::zeros_like(standard.terms.ce_p);  // [S]
  out.terms = {zero, zero, zero, zero};
  if (!config.active() || !draw.apply) return out;
  switch (config.da.method) {
    case ImageMethod::MultiWindow:
      add_hard_loss(net, in, painted(in, draw), loss, out);
      break;
    case ImageMethod::RandomConvolution:
      add_random_convolution_loss(net, in, noisy, draw, config.randconv, loss, out);
      break;
    case ImageMethod::AdversarialNoise:
    case ImageMethod::AdversarialBias:
      add_adversarial_loss(net, in, standard.p.detach(), draw, config, loss, out);
      break;
    case ImageMethod::None:
      break;
  }
  out.terms = out.terms.scaled(config.da.weight);
  return out;
}

at::Tensor augmented_image(model::Networks& net, const StepInputs& in, const at::Tensor& noisy,
                           const at::Tensor& reference, const augment::ImageDraw& draw,
                           const augment::ImageAugmentationConfig& config) {
  switch (config.da.method) {
    case ImageMethod::MultiWindow:
      return parallel::per_shard(&in.part, painted(in, draw), equations::scale_to_unit_range);
    case ImageMethod::RandomConvolution:
      return convolved(in, noisy, draw.kernels.at(0));
    case ImageMethod::AdversarialNoise:
    case ImageMethod::AdversarialBias:
      return parallel::per_shard(&in.part, search(net, in, reference, draw, config).image,
                                 equations::scale_to_unit_range);
    case ImageMethod::None:
      break;
  }
  return in.x;
}

}  // namespace tandem::training
