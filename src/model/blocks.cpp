#include "model/blocks.h"

#include <ATen/ATen.h>

namespace tandem::model {

ResidualBody::ResidualBody(std::int64_t a, std::int64_t b)
    : conv0(a, b, 3), conv3(b, b, 3), shortcut(a, b, 1), bn1(b), bn4(b) {}

at::Tensor ResidualBody::forward(const at::Tensor& x, const Pass& pass) {                        // [N,a,H,W]
  const auto hidden = batch_norm_act(conv0.forward(x, pass), bn1, pass, Activation::LeakyReLU);  // [N,b,H,W]
  return batch_norm_act(conv3.forward(hidden, pass), bn4, pass, Activation::LeakyReLU,
                        shortcut.forward(x, pass));
}

void ResidualBody::visit(const std::string& prefix, const TensorVisitor& visitor) {
  conv0.visit(prefix + ".conv.0", visitor);
  visit_batch_norm(bn1, prefix + ".conv.1", visitor);
  conv3.visit(prefix + ".conv.3", visitor);
  visit_batch_norm(bn4, prefix + ".conv.4", visitor);
  shortcut.visit(prefix + ".conv_input", visitor);
}

void ResDown::visit(const std::string& prefix, const TensorVisitor& visitor) {
  down.visit(prefix + ".down", visitor);
  body.visit(prefix, visitor);
}

ResUp::ResUp(std::int64_t a, std::int64_t b, Upsampling upsampling) : body(a, b) {
  if (upsampling == Upsampling::TransposedConv2) up = TransposedConv{a};
}

at::Tensor ResUp::forward(const at::Tensor& x, const Pass& pass) {  // [N,a,H,W]
  const auto larger = up ? up->forward(x, pass)                     // [N,a,2H,2W]
                         : at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
  return body.forward(larger, pass);  // [N,b,2H,2W]
}

void ResUp::visit(const std::string& prefix, const TensorVisitor& visitor) {
  if (up) up->visit(prefix + ".up", visitor);
  body.visit(prefix, visitor);
}

}  // namespace tandem::model
