#include "training/train_step.h"

#include <ATen/ATen.h>

#include "equations/losses.h"
#include "training/early_backward.h"

namespace tandem::training {

ForwardPass forward_step(model::Networks& net, const StepInputs& in, const at::Tensor& noisy,
                         const StepDraws& draws, const augment::LatentConfig& latent,
                         const LossConfig& config, const augment::ImageAugmentationConfig& image) {
  ForwardPass out;
  out.standard = standard_pass(net, in, noisy, config, mask_needs(in, draws, latent, config));
  auto loss = out.standard.terms.total();  // [S]
  if (latent.latent_DA) {
    out.hard_examples =
        make_hard_examples(net, in, out.standard.codes, draws, latent, config, out.standard.mask_gradients);
    out.hard = hard_pass(net, in, out.hard_examples, config);
    // Once more, as the last: so that known gradients are handed on before the way back through F and E
    // begins, and travel between ranks meanwhile.
    EarlyBackward(net, in).finish(out.standard.terms.all());
    loss = out.standard.terms.total() + out.hard.terms.total();
  } else {
    const auto zero = at::zeros_like(loss);
    out.hard.terms = {zero, zero, zero, zero, zero};
  }

  out.image = image_augmentation_pass(net, in, noisy, out.standard, draws.augmented, image, config);
  if (image.active()) loss = loss + out.image.terms.total();
  out.loss = loss.sum();

  const auto& s = out.standard.terms;
  const auto& h = out.hard.terms;
  const auto& d = out.image.terms;
  out.terms = at::stack({s.ce_p, s.rec, s.ce_stn_p, s.ce_stn_y, h.ce_p, h.rec, h.ce_stn_p, h.ce_stn_pm, loss,
                         d.ce_p, d.rec, d.ce_stn_p, d.consistency, h.ce_pm},
                        1)
                  .detach();
  return out;
}

at::Tensor train_step(model::Networks& net, Adam& adam, parallel::Reducer* reducer, const StepInputs& in,
                      const StepDraws& draws, const augment::LatentConfig& latent, const LossConfig& config,
                      const augment::ImageAugmentationConfig& image) {
  const auto noise = draws.noise.to(in.x.options(), /*non_blocking=*/true);
  const auto noisy = equations::noisy_input(in.x, noise, config.input_noise_sigma, config.input_noise_clamp);
  const auto pass = forward_step(net, in, noisy, draws, latent, config, image);
  adam.clear_gradients();
  if (reducer) reducer->arm();
  pass.loss.backward();
  if (reducer) reducer->finish();
  adam.step();
  auto terms = parallel::tree_sum(pass.terms.to(at::kDouble)).contiguous();
  parallel::sum_over(in.part.ranks, terms, in.part.order());
  return terms;
}

}  // namespace tandem::training
