#include "experiment/masked_example.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "equations/losses.h"

namespace tandem::experiment {
namespace {

using augment::Code;
using augment::LatentConfig;
using augment::MaskType;
using augment::Scheme;

LatentConfig fixed_config(LatentConfig config, const MaskRule& rule) {
  const auto type = rule.scheme == Scheme::Dropout   ? MaskType::Dropout
                    : rule.scheme == Scheme::Channel ? MaskType::Channel
                                                     : MaskType::Spatial;
  config.image_mask_type = config.shape_mask_type = type;
  config.max_threshold = rule.p;
  config.random_threshold = config.dropout_random_p = false;
  config.if_soft = rule.soft;
  return config;
}

/// A masked code, and how much of it is masked.
struct Masked {
  at::Tensor code;
  std::int64_t count = 0, of = 0;
};

Masked mask(const at::Tensor& code, Code which, const LatentConfig& config, const ExampleSlice& slice,
            std::uint64_t seed, const std::function<at::Tensor(const at::Tensor&)>& loss) {
  const auto draw = augment::draw_latent(config, which, {.seed = seed}, {slice.id()}, code.sizes());
  const std::int64_t of = draw.scheme == Scheme::Spatial ? code.size(2) * code.size(3) : code.size(1);
  if (config.max_threshold == 0) return {code, 0, of};
  const auto masked = augment::mask_code(code, config, draw, loss);
  const auto set = draw.scheme == Scheme::Dropout ? draw.keep.logical_not() : masked.set;
  return {masked.code, set.sum().item<std::int64_t>(), of};
}

}  // namespace

std::uint32_t ExampleSlice::id() const {
  const auto name = fmt::format("{}/{}", case_id, slice);
  return hash_name(name.data(), name.size());
}

MaskedExample mask_example(model::Networks& net, const LatentConfig& config, const ExampleSlice& slice,
                           const MaskRule& rule, std::uint64_t seed) {
  const at::NoGradGuard no_graph;
  const model::Pass pass = model::PassMode::Evaluation;
  const auto fixed = fixed_config(config, rule);
  const auto codes = net.encode(slice.x, pass);
  const auto image = mask(codes.z_i, Code::Image, fixed, slice, seed, [&](const at::Tensor& code) {
    return equations::mean_squared_error(net.decode_image(code, pass), slice.x, 1);
  });
  const auto shape = mask(codes.z_s, Code::Shape, fixed, slice, seed, [&](const at::Tensor& code) {
    return equations::cross_entropy(net.decode_shape(code, pass), slice.y, 1);
  });
  MaskedExample out;
  out.x_hat = net.decode_image(image.code, pass);
  out.p_hat = net.ftn(out.x_hat, pass);
  out.p_m = net.decode_shape(shape.code, pass);
  out.p = rule.p;
  out.masked_image = image.count, out.masked_shape = shape.count, out.of = image.of;
  return out;
}

}  // namespace tandem::experiment
