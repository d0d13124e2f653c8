#include "model/networks.h"

#include <ATen/ATen.h>

namespace tandem::model {

Encoder::Encoder(std::int64_t in)
    : inc0(in, 16, 3),
      inc3(16, 16, 3),
      inc1(16),
      inc4(16),
      down{ResDown(16, 32), ResDown(32, 64), ResDown(64, 128), ResDown(128, 128)},
      final_conv(kCodeChannels, kCodeChannels, 1),
      final_bn(kCodeChannels) {}

at::Tensor Encoder::forward(const at::Tensor& x, const Pass& pass) {      // [N,in,H,W]
  auto h = conv_norm_act(inc0, x, inc1, pass, Activation::LeakyReLU);     // [N,16,H,W]
  h = conv_norm_act(inc3, h, inc4, pass, Activation::LeakyReLU);          // [N,16,H,W]
  for (auto& block : down) h = block.forward(h, pass);                    // ... [N,128,H/16,W/16]
  return conv_norm_act(final_conv, h, final_bn, pass, Activation::ReLU);  // [N,128,h,w]
}

void Encoder::visit(const std::string& prefix, const TensorVisitor& visitor) {
  inc0.visit(prefix + "inc.0", visitor);
  visit_batch_norm(inc1, prefix + "inc.1", visitor);
  inc3.visit(prefix + "inc.3", visitor);
  visit_batch_norm(inc4, prefix + "inc.4", visitor);
  for (size_t n = 0; n < down.size(); ++n) down[n].visit(prefix + "down" + std::to_string(n + 1), visitor);
  final_conv.visit(prefix + "final_conv.0", visitor);
  visit_batch_norm(final_bn, prefix + "final_conv.1", visitor);
}

FeatureDecoupler::FeatureDecoupler(bool bias)
    : conv0(kCodeChannels, kCodeChannels, 3, 1, bias ? Conv::Bias::Hidden : Conv::Bias::None),
      conv3(kCodeChannels, kCodeChannels, 3, 1, conv0.bias_kind),
      bn1(kCodeChannels),
      bn4(kCodeChannels) {}

at::Tensor FeatureDecoupler::forward(const at::Tensor& z_i, const Pass& pass) {  // [N,128,h,w]
  const auto h = conv_norm_act(conv0, z_i, bn1, pass, Activation::LeakyReLU);
  return conv_norm_act(conv3, h, bn4, pass, Activation::ReLU);
}

void FeatureDecoupler::visit(const std::string& prefix, const TensorVisitor& visitor) {
  conv0.visit(prefix + "0", visitor);
  visit_batch_norm(bn1, prefix + "1", visitor);
  conv3.visit(prefix + "3", visitor);
  visit_batch_norm(bn4, prefix + "4", visitor);
}

Decoder::Decoder(std::int64_t out, Upsampling upsampling, bool close_with_sigmoid)
    : up{ResUp(128, 64, upsampling), ResUp(64, 32, upsampling), ResUp(32, 16, upsampling),
         ResUp(16, 16, upsampling)},
      final_conv(16, out, 1, 1, Conv::Bias::Output),
      sigmoid(close_with_sigmoid) {}

at::Tensor Decoder::forward(const at::Tensor& code, const Pass& pass) {  // [N,128,h,w]
  auto h = code;
  for (auto& block : up) h = block.forward(h, pass);  // ... [N,16,16h,16w]
  h = final_conv.forward(h, pass);                    // [N,out,16h,16w]
  return sigmoid ? parallel::per_shard(pass.part, h, [](const at::Tensor& rows) { return at::sigmoid(rows); })
                 : h;
}

void Decoder::visit(const std::string& prefix, const TensorVisitor& visitor) {
  for (size_t n = 0; n < up.size(); ++n) up[n].visit(prefix + "up" + std::to_string(n + 1), visitor);
  final_conv.visit(prefix + "final_conv", visitor);
}

Networks::Networks(const ModelConfig& config)
    : general_encoder(1),
      code_decoupler(config.decoupler_bias),
      segmentation_decoder(kClasses, Upsampling::NearestNeighbour, false),
      image_decoder(1, Upsampling::TransposedConv2, config.image_decoder_last_act == LastActivation::Sigmoid),
      shape_encoder(kClasses),
      shape_decoder(kClasses, Upsampling::NearestNeighbour, false),
      config_(config) {}

Codes Networks::encode(const at::Tensor& x, const Pass& pass) {
  const auto z_i = general_encoder.forward(x, pass);
  const auto z_s = code_decoupler.forward(z_i, pass);  // evaluated in every variant: its statistics move
  switch (config_.network_type) {
    case NetworkType::WithoutFilter:
      return {z_i, z_i};
    case NetworkType::ShareCode:
      return {z_s, z_s};
    case NetworkType::Standard:
      break;
  }
  return {z_i, z_s};
}

at::Tensor Networks::stn(const at::Tensor& logits, const Pass& pass) {
  const auto probabilities =  // [N,4,H,W]
      parallel::per_shard(pass.part, logits / config_.stn_temperature,
                          [](const at::Tensor& rows) { return at::softmax(rows, 1); });
  return shape_decoder.forward(shape_encoder.forward(probabilities, pass), pass);
}

at::Tensor Networks::stn_of_labels(const at::Tensor& labels, const Pass& pass) {
  const auto one_hot =
      at::one_hot(labels, kClasses).permute({0, 3, 1, 2}).to(general_encoder.inc0.weight.scalar_type());
  return shape_decoder.forward(shape_encoder.forward(one_hot, pass), pass);
}

void Networks::visit(const TensorVisitor& visitor) {
  general_encoder.visit("image_encoder/general_encoder.", visitor);
  code_decoupler.visit("image_encoder/code_decoupler.", visitor);
  segmentation_decoder.visit("segmentation_decoder/", visitor);
  image_decoder.visit("image_decoder/", visitor);
  shape_encoder.visit("shape_encoder/", visitor);
  shape_decoder.visit("shape_decoder/", visitor);
}

std::vector<at::Tensor> Networks::parameters() {
  std::vector<at::Tensor> all;
  visit([&](const std::string&, at::Tensor& t, Role role) {
    if (is_trained(role)) all.push_back(t);
  });
  return all;
}

void Networks::to(at::Device device, at::ScalarType type) {
  visit([&](const std::string&, at::Tensor& t, Role role) {
    const auto format = t.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
    const auto wanted = role == Role::Counter ? at::kLong : type;
    t = t.detach().to(device, wanted).contiguous(format).clone(format);
    if (is_trained(role)) t.requires_grad_(true);
  });
}

}  // namespace tandem::model
