#include "training/standard_step.h"

#include <ATen/ATen.h>

#include "training/early_backward.h"

namespace tandem::training {

StandardPass standard_pass(model::Networks& net, const StepInputs& in, const at::Tensor& noisy,
                           const LossConfig& config, const MaskNeeds& needs) {
  const auto tracked = in.pass(model::PassMode::Tracked);
  const EarlyBackward early(net, in);
  StandardPass out;
  auto& terms = out.terms;

  // Fast thinking: one encoding, two decodings.
  out.codes = net.encode(noisy, tracked);  // 2 x [N,128,h,w]
  const auto z_i = early.start(out.codes.z_i), z_s = early.start(out.codes.z_s);

  out.x_rec = net.decode_image(z_i, tracked.updating(needs.z_i ? 2 : 1));  // [N,1,H,W]
  terms.rec = image_loss(out.x_rec, in, config.rec_weight);
  const auto of_rec = early.finish({&terms.rec}, {z_i});
  if (needs.z_i) out.mask_gradients.z_i = of_rec.at(0) / config.rec_weight;

  out.p = net.decode_shape(z_s, tracked.updating(needs.z_s ? 2 : 1));  // [N,K,H,W]
  terms.ce_p = segmentation_loss(out.p, in);
  if (needs.z_s) out.mask_gradients.z_s = EarlyBackward::gradient(terms.ce_p, z_s);

  // Slow thinking: the labels first, then the prediction (the order in which running statistics move).
  out.stn_y = net.stn_of_labels(in.y, tracked);  // [N,K,H,W]
  terms.ce_stn_y = segmentation_loss(out.stn_y, in);
  if (!config.gt_shape_loss) terms.ce_stn_y = terms.ce_stn_y.detach() * 0;
  early.finish({&terms.ce_stn_y});

  const auto p = early.start(config.separate_training ? out.p.detach() : out.p);
  out.stn_p = in.y_corrupted.defined() ? net.stn_of_labels(in.y_corrupted, tracked) : net.stn(p, tracked);
  terms.ce_stn_p = segmentation_loss(out.stn_p, in);
  early.finish({&terms.ce_stn_p}, {p});

  early.finish({&terms.ce_p, &terms.ce_stn_p}, {z_s});  // through Ds
  early.finish(terms.all());                            // through F and E
  return out;
}

}  // namespace tandem::training
