#include "experiment/network_stages.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace tandem::experiment {
namespace {

const model::Pass kPass = model::PassMode::Evaluation;

/// Passes zeros through the modules stage by stage and writes down what comes out.
class Walk {
 public:
  explicit Walk(model::Networks& net) : net_(net) {}

  at::Tensor encoder(const std::string& module, model::Encoder& encoder, const std::string& prefix,
                     const at::Tensor& x) {
    note(module, "input", "", "", x);
    auto h = encoder.inc3.forward(encoder.inc0.forward(x, kPass), kPass);
    note(module, "inc", "two 3x3 convolutions", prefix + "inc.", h);
    for (size_t n = 0; n < encoder.down.size(); ++n) {
      h = encoder.down[n].forward(h, kPass);
      const auto name = "down" + std::to_string(n + 1);
      note(module, name, "3x3 convolution of stride 2, residual block of two 3x3 convolutions",
           prefix + name + ".", h);
    }
    h = encoder.final_conv.forward(h, kPass);
    note(module, "final_conv", "1x1 convolution, ReLU", prefix + "final_conv.", h);
    return h;
  }

  at::Tensor decoder(const std::string& module, model::Decoder& decoder, const std::string& prefix,
                     const at::Tensor& code) {
    auto h = code;
    for (size_t n = 0; n < decoder.up.size(); ++n) {
      const std::string how = decoder.up[n].up ? "2x2 transposed convolution" : "nearest neighbour x2";
      h = decoder.up[n].forward(h, kPass);
      const auto name = "up" + std::to_string(n + 1);
      note(module, name, how + ", residual block", prefix + name + ".", h);
    }
    h = decoder.final_conv.forward(h, kPass);
    note(module, "final_conv", decoder.sigmoid ? "1x1 convolution, sigmoid" : "1x1 convolution to logits",
         prefix + "final_conv.", h);
    return h;
  }

  void note(const std::string& module, const std::string& name, const std::string& operation,
            const std::string& prefix, const at::Tensor& out) {
    stages.push_back({module, name, operation, out.size(1), out.size(2), out.size(3),
                      prefix.empty() ? 0 : parameters(prefix)});
  }

  std::int64_t parameters(const std::string& prefix) {
    std::int64_t count = 0;
    net_.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
      if (key.starts_with(prefix) && model::is_trained(role)) count += t.numel();
    });
    return count;
  }

  std::vector<records::NetworkStage> stages;

 private:
  model::Networks& net_;
};

std::string name_of(model::NetworkType type) {
  switch (type) {
    case model::NetworkType::WithoutFilter:
      return "without_filter";
    case model::NetworkType::ShareCode:
      return "share_code";
    case model::NetworkType::Standard:
      break;
  }
  return "standard";
}

}  // namespace

records::NetworkRecord network_stages(model::Networks& net, std::int64_t side) {
  const at::NoGradGuard no_graph;
  const auto like = net.general_encoder.inc0.weight.options().requires_grad(false);
  Walk walk(net);
  const auto z_i = walk.encoder("E", net.general_encoder, "image_encoder/general_encoder.",
                                at::zeros({1, 1, side, side}, like));
  const auto z_s = net.code_decoupler.forward(z_i, kPass);
  walk.note("F", "code_decoupler", "two 3x3 convolutions, ReLU", "image_encoder/code_decoupler.", z_s);
  walk.decoder("Di", net.image_decoder, "image_decoder/", z_i);
  const auto p = walk.decoder("Ds", net.segmentation_decoder, "segmentation_decoder/", z_s);
  const auto code = walk.encoder("Se", net.shape_encoder, "shape_encoder/", p);
  walk.decoder("Sd", net.shape_decoder, "shape_decoder/", code);
  std::int64_t counted = 0;
  for (const auto& stage : walk.stages) counted += stage.parameters;
  if (counted != walk.parameters(""))
    fail_system("the network diagram counts {} parameters, the networks have {}", counted,
                walk.parameters(""));
  return {name_of(net.config().network_type), net.config().stn_temperature, walk.stages};
}

}  // namespace tandem::experiment
