#include "training/train_step.h"

#include <ATen/ATen.h>

#include "equations/losses.h"

namespace tandem::training {

ForwardPass forward_step(model::Networks& net, const StepInputs& in, const at::Tensor& noisy,
                         const StepDraws& draws, const augment::LatentConfig& latent,
                         const LossConfig& config) {
  ForwardPass out;
  out.standard = standard_pass(net, in, noisy, config);
  out.loss = out.standard.terms.total();
  if (latent.latent_DA) {
    out.hard_examples = make_hard_examples(net, in, out.standard.codes, draws, latent, config);
    out.hard = hard_pass(net, in, out.hard_examples, config);
    out.loss = out.loss + out.hard.terms.total();
  } else {
    const auto zero = at::zeros({}, in.x.options());
    out.hard.terms = {zero, zero, zero, zero};
  }

  const auto& s = out.standard.terms;
  const auto& h = out.hard.terms;
  out.terms =
      at::stack({s.ce_p, s.rec, s.ce_stn_p, s.ce_stn_y, h.ce_p, h.rec, h.ce_stn_p, h.ce_stn_pm, out.loss})
          .detach();
  return out;
}

at::Tensor train_step(model::Networks& net, Adam& adam, const StepInputs& in, const StepDraws& draws,
                      const augment::LatentConfig& latent, const LossConfig& config) {
  const auto noise = draws.noise.to(in.x.options(), /*non_blocking=*/true);
  const auto noisy = equations::noisy_input(in.x, noise, config.input_noise_sigma, config.input_noise_clamp);
  const auto pass = forward_step(net, in, noisy, draws, latent, config);
  adam.clear_gradients();
  pass.loss.backward();
  adam.step();
  return pass.terms;
}

}  // namespace tandem::training
