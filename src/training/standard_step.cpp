#include "training/standard_step.h"

#include <ATen/ATen.h>

#include "equations/losses.h"

namespace tandem::training {

StandardPass standard_pass(model::Networks& net, const StepInputs& in, const at::Tensor& noisy,
                           const LossConfig& config) {
  using equations::cross_entropy;
  constexpr auto kTracked = model::PassMode::Tracked;
  StandardPass out;

  // Fast thinking: one encoding, two decodings.
  out.codes = net.encode(noisy, kTracked);                // 2 x [N,128,h,w]
  out.p = net.decode_shape(out.codes.z_s, kTracked);      // [N,K,H,W]
  out.x_rec = net.decode_image(out.codes.z_i, kTracked);  // [N,1,H,W]

  // Slow thinking: the labels first, then the prediction (the order in which running statistics move).
  out.stn_y = net.stn_of_labels(in.y, kTracked);  // [N,K,H,W]
  out.stn_p = net.stn(config.separate_training ? out.p.detach() : out.p, kTracked);

  out.terms.ce_p = cross_entropy(out.p, in.y);
  out.terms.rec = equations::reconstruction_loss(out.x_rec, in.x, config.rec_weight);
  out.terms.ce_stn_p = cross_entropy(out.stn_p, in.y);
  out.terms.ce_stn_y = cross_entropy(out.stn_y, in.y);
  if (!config.gt_shape_loss) out.terms.ce_stn_y = out.terms.ce_stn_y * 0;
  return out;
}

}  // namespace tandem::training
