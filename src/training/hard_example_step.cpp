#include "training/hard_example_step.h"

#include <ATen/ATen.h>

#include "equations/losses.h"

namespace tandem::training {
namespace {

/// The mode of passes that leave BatchNorm alone; the first published code tracked all of them.
model::PassMode frozen_mode(const LossConfig& config) {
  return config.bn_policy == BnPolicy::TrackAll ? model::PassMode::Tracked : model::PassMode::Frozen;
}

}  // namespace

HardExamples make_hard_examples(model::Networks& net, const StepInputs& in, const model::Codes& codes,
                                const StepDraws& draws, const augment::LatentConfig& latent,
                                const LossConfig& config) {
  const at::NoGradGuard no_graph;
  const auto kFrozen = frozen_mode(config);
  HardExamples out;
  if (latent.masks_image()) {
    // The pass for the gradient tracks running statistics, as it did when the published results were made.
    const auto loss = [&](const at::Tensor& code) {
      return at::mse_loss(net.decode_image(code, model::PassMode::Tracked), in.x);
    };
    out.image = augment::mask_code(codes.z_i.detach(), latent, draws.image, loss);
    out.x_hat = net.decode_image(out.image.code, kFrozen);
  }
  if (latent.masks_shape()) {
    const auto loss = [&](const at::Tensor& code) {
      return equations::cross_entropy(net.decode_shape(code, model::PassMode::Tracked), in.y);
    };
    out.shape = augment::mask_code(codes.z_s.detach(), latent, draws.shape, loss);
    out.p_m = net.decode_shape(out.shape.code, kFrozen);
  }
  return out;
}

HardPass hard_pass(model::Networks& net, const StepInputs& in, const HardExamples& hard,
                   const LossConfig& config) {
  using equations::cross_entropy;
  const auto kFrozen = frozen_mode(config);
  const auto zero = at::zeros({}, in.x.options());
  HardPass out;
  out.terms = {zero, zero, zero, zero};
  if (hard.x_hat.defined()) {
    out.codes = net.encode(hard.x_hat, kFrozen);
    out.p = net.decode_shape(out.codes.z_s, kFrozen);
    // The official code tracks this one pass: it moves the statistics and trains gamma and beta of Di.
    out.x_rec = net.decode_image(out.codes.z_i, model::PassMode::Tracked);
    out.stn_p = net.stn(config.separate_training ? out.p.detach() : out.p, kFrozen);
    out.terms.ce_p = cross_entropy(out.p, in.y);
    out.terms.rec = equations::reconstruction_loss(out.x_rec, in.x, config.rec_weight);
    out.terms.ce_stn_p = cross_entropy(out.stn_p, in.y);
  }
  if (hard.p_m.defined()) {
    out.stn_pm = net.stn(hard.p_m, kFrozen);
    out.terms.ce_stn_pm = cross_entropy(out.stn_pm, in.y);
  }
  return out;
}

}  // namespace tandem::training
