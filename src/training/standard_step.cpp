#include "training/standard_step.h"

#include <ATen/ATen.h>

namespace tandem::training {

StandardPass standard_pass(model::Networks& net, const StepInputs& in, const at::Tensor& noisy,
                           const LossConfig& config) {
  const auto tracked = in.pass(model::PassMode::Tracked);
  StandardPass out;

  // Fast thinking: one encoding, two decodings.
  out.codes = net.encode(noisy, tracked);                // 2 x [N,128,h,w]
  out.p = net.decode_shape(out.codes.z_s, tracked);      // [N,K,H,W]
  out.x_rec = net.decode_image(out.codes.z_i, tracked);  // [N,1,H,W]

  // Slow thinking: the labels first, then the prediction (the order in which running statistics move).
  out.stn_y = net.stn_of_labels(in.y, tracked);  // [N,K,H,W]
  out.stn_p = net.stn(config.separate_training ? out.p.detach() : out.p, tracked);

  out.terms.ce_p = segmentation_loss(out.p, in);
  out.terms.rec = image_loss(out.x_rec, in, config.rec_weight);
  out.terms.ce_stn_p = segmentation_loss(out.stn_p, in);
  out.terms.ce_stn_y = segmentation_loss(out.stn_y, in);
  if (!config.gt_shape_loss) out.terms.ce_stn_y = out.terms.ce_stn_y * 0;
  return out;
}

}  // namespace tandem::training
