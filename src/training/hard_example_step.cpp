#include "training/hard_example_step.h"

#include <ATen/ATen.h>

#include "equations/image_perturbation.h"

namespace tandem::training {

model::PassMode frozen_mode(const LossConfig& config) {
  return config.bn_policy == BnPolicy::TrackAll ? model::PassMode::Tracked : model::PassMode::Frozen;
}

HardExamples make_hard_examples(model::Networks& net, const StepInputs& in, const model::Codes& codes,
                                const StepDraws& draws, const augment::LatentConfig& latent,
                                const LossConfig& config) {
  const at::NoGradGuard no_graph;
  const auto tracked = in.pass(model::PassMode::Tracked), frozen = in.pass(frozen_mode(config));
  HardExamples out;
  if (latent.masks_image()) {
    // The pass for the gradient tracks running statistics, as it did when the published results were made.
    const auto loss = [&](const at::Tensor& code) {
      return image_loss(net.decode_image(code, tracked), in, /*weight=*/1).sum();
    };
    out.image = augment::mask_code(codes.z_i.detach(), latent, draws.image, loss, tracked.part);
    out.x_hat = net.decode_image(out.image.code, frozen);
    if (latent.rescale_x_hat)
      out.x_hat = parallel::per_shard(&in.part, out.x_hat, equations::scale_to_unit_range);
  }
  if (latent.masks_shape()) {
    const auto loss = [&](const at::Tensor& code) {
      return segmentation_loss(net.decode_shape(code, tracked), in).sum();
    };
    out.shape = augment::mask_code(codes.z_s.detach(), latent, draws.shape, loss, tracked.part);
    out.p_m = net.decode_shape(out.shape.code, frozen);
  }
  return out;
}

HardPass hard_pass(model::Networks& net, const StepInputs& in, const HardExamples& hard,
                   const LossConfig& config, model::PassMode reconstruction) {
  const auto frozen = in.pass(frozen_mode(config));
  const auto zero =
      at::zeros({std::max<std::int64_t>(1, std::int64_t(in.part.shards.size()))}, in.x.options());
  HardPass out;
  out.terms = {zero, zero, zero, zero};
  if (hard.x_hat.defined()) {
    out.codes = net.encode(hard.x_hat, frozen);
    out.p = net.decode_shape(out.codes.z_s, frozen);
    // The official code tracks this one pass: it moves the statistics and trains gamma and beta of Di.
    out.x_rec = net.decode_image(out.codes.z_i, in.pass(reconstruction));
    out.stn_p = net.stn(config.separate_training ? out.p.detach() : out.p, frozen);
    out.terms.ce_p = segmentation_loss(out.p, in);
    out.terms.rec = image_loss(out.x_rec, in, config.rec_weight);
    out.terms.ce_stn_p = segmentation_loss(out.stn_p, in);
  }
  if (hard.p_m.defined()) {
    out.stn_pm = net.stn(hard.p_m, frozen);
    out.terms.ce_stn_pm = segmentation_loss(out.stn_pm, in);
  }
  return out;
}

}  // namespace tandem::training
