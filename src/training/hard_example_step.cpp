#include "training/hard_example_step.h"

#include <ATen/ATen.h>

#include "equations/image_perturbation.h"
#include "training/early_backward.h"

namespace tandem::training {

model::PassMode frozen_mode(const LossConfig& config) {
  return config.bn_policy == BnPolicy::TrackAll ? model::PassMode::Tracked : model::PassMode::Frozen;
}

MaskNeeds mask_needs(const StepInputs& in, const StepDraws& draws, const augment::LatentConfig& latent,
                     const LossConfig& config) {
  if (!latent.latent_DA || in.formulation == model::Formulation::Reference) return {};
  const auto targeted = [](const augment::LatentDraw& draw) {
    return draw.scheme != augment::Scheme::Dropout;
  };
  return {.z_i = latent.masks_image() && targeted(draws.image) && config.rec_weight > 0,
          .z_s = latent.masks_shape() && targeted(draws.shape)};
}

HardExamples make_hard_examples(model::Networks& net, const StepInputs& in, const model::Codes& codes,
                                const StepDraws& draws, const augment::LatentConfig& latent,
                                const LossConfig& config, const model::Codes& mask_gradients) {
  const at::NoGradGuard no_graph;
  const auto tracked = in.pass(model::PassMode::Tracked), frozen = in.pass(frozen_mode(config));
  // The pass for the gradient tracks running statistics, as it did when the published results were made.
  const auto masked = [&](const at::Tensor& code, const augment::LatentDraw& draw, const at::Tensor& gradient,
                          const auto& loss_of) {
    return gradient.defined() ? augment::mask_code(code.detach(), gradient, latent, draw, tracked.part)
                              : augment::mask_code(code.detach(), latent, draw, loss_of, tracked.part);
  };
  HardExamples out;
  if (latent.masks_image()) {
    out.image = masked(codes.z_i, draws.image, mask_gradients.z_i, [&](const at::Tensor& code) {
      return image_loss(net.decode_image(code, tracked), in, /*weight=*/1).sum();
    });
    out.x_hat = net.decode_image(out.image.code, frozen);
    if (latent.rescale_x_hat)
      out.x_hat = parallel::per_shard(&in.part, out.x_hat, equations::scale_to_unit_range);
  }
  if (latent.masks_shape()) {
    out.shape = masked(codes.z_s, draws.shape, mask_gradients.z_s, [&](const at::Tensor& code) {
      return segmentation_loss(net.decode_shape(code, tracked), in).sum();
    });
    out.p_m = net.decode_shape(out.shape.code, frozen);
  }
  return out;
}

HardPass hard_pass(model::Networks& net, const StepInputs& in, const HardExamples& hard,
                   const LossConfig& config, model::PassMode reconstruction) {
  const auto frozen = in.pass(frozen_mode(config));
  const EarlyBackward early(net, in);
  const auto zero =
      at::zeros({std::max<std::int64_t>(1, std::int64_t(in.part.shards.size()))}, in.x.options());
  HardPass out;
  auto& terms = out.terms;
  terms = {zero, zero, zero, zero, zero};
  if (hard.x_hat.defined()) {
    out.codes = net.encode(hard.x_hat, frozen);
    const auto z_i = early.start(out.codes.z_i), z_s = early.start(out.codes.z_s);

    out.p = net.decode_shape(z_s, frozen);
    terms.ce_p = segmentation_loss(out.p, in);

    // The official code tracks this one pass: it moves the statistics and trains gamma and beta of Di.
    out.x_rec = net.decode_image(z_i, in.pass(reconstruction));
    terms.rec = image_loss(out.x_rec, in, config.rec_weight);
    early.finish({&terms.rec}, {z_i});

    const auto p = early.start(config.separate_training ? out.p.detach() : out.p);
    out.stn_p = net.stn(p, frozen);
    terms.ce_stn_p = segmentation_loss(out.stn_p, in);
    early.finish({&terms.ce_stn_p}, {p});

    early.finish({&terms.ce_p, &terms.ce_stn_p}, {z_s});  // through Ds
  }
  if (hard.p_m.defined()) {
    out.stn_pm = net.stn(hard.p_m, frozen);
    terms.ce_stn_pm = segmentation_loss(out.stn_pm, in);
    early.finish({&terms.ce_stn_pm});
    if (config.corrupted_segmentation) {
      // p_m once more, with the graph of Ds: the masked code itself is a constant, as x^ is.
      terms.ce_pm = segmentation_loss(net.decode_shape(hard.shape.code, frozen), in);
      early.finish({&terms.ce_pm});
    }
  }
  return out;
}

}  // namespace tandem::training
