#include "model/blocks.h"

#include <ATen/ATen.h>

#include "model/upsampling.h"

namespace tandem::model {

ResidualBody::ResidualBody(std::int64_t a, std::int64_t b)
    : conv0(a, b, 3), conv3(b, b, 3), shortcut(a, b, 1), bn1(b), bn4(b) {}

at::Tensor ResidualBody::forward(const at::Tensor& x, const Pass& pass, Input input) {   // [N,a,H,W]
  const auto hidden = conv_norm_act(conv0, x, bn1, pass, Activation::LeakyReLU, input);  // [N,b,H,W]
  // A 1x1 convolution does not see neighbours: as well before the doubling, on a quarter of the pixels.
  const auto beside = shortcut.forward(x, pass);
  return conv_norm_act(conv3, hidden, bn4, pass, Activation::LeakyReLU, Input::Plain,
                       input == Input::Doubled ? doubled(beside) : beside);
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
  if (up) return body.forward(up->forward(x, pass), pass);          // [N,a,2H,2W] -> [N,b,2H,2W]
  if (pass.formulation == Formulation::Optimised) return body.forward(x, pass, Input::Doubled);
  return body.forward(doubled(x), pass);
}

void ResUp::visit(const std::string& prefix, const TensorVisitor& visitor) {
  if (up) up->visit(prefix + ".up", visitor);
  body.visit(prefix, visitor);
}

}  // namespace tandem::model
