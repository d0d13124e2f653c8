#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>

#include "model/initialization.h"

namespace tandem::model {
namespace {

std::int64_t trained(Networks& net, const std::string& prefix) {
  std::int64_t count = 0;
  net.visit([&](const std::string& key, at::Tensor& t, Role role) {
    if (key.starts_with(prefix) && is_trained(role)) count += t.numel();
  });
  return count;
}

TEST(Networks, HaveThePublishedNumbersOfParametersAndTensors) {
  Networks net({});
  EXPECT_EQ(trained(net, "image_encoder/general_encoder"), 830208);
  EXPECT_EQ(trained(net, "image_encoder/code_decoupler"), 295680);
  EXPECT_EQ(trained(net, "segmentation_decoder"), 161732);
  EXPECT_EQ(trained(net, "image_decoder"), 248961);
  EXPECT_EQ(trained(net, "shape_encoder"), 830640);
  EXPECT_EQ(trained(net, "shape_decoder"), 161732);
  EXPECT_EQ(trained(net, ""), 2528953);
  std::map<std::string, int> tensors;
  net.visit([&](const std::string& key, at::Tensor&, Role) { ++tensors[key.substr(0, key.find('/'))]; });
  const std::map<std::string, int> expected = {{"image_encoder", 107}, {"segmentation_decoder", 66},
                                               {"image_decoder", 74}, {"shape_encoder", 93}, {"shape_decoder", 66}};
  EXPECT_EQ(tensors, expected);
}

TEST(Networks, DecouplerWithoutBiasesHas256FewerParameters) {
  ModelConfig config;
  config.decoupler_bias = false;
  Networks net(config);
  EXPECT_EQ(trained(net, "image_encoder/code_decoupler"), 295424);
}

TEST(Networks, MapAnImageToCodesLogitsAndAReconstruction) {
  const at::NoGradGuard no_grad;
  Networks net({});
  initialise(net, 1);
  net.to(at::kCPU, at::kFloat);
  const auto x = at::rand({2, 1, 192, 192});
  const auto codes = net.encode(x, PassMode::Evaluation);
  EXPECT_EQ(codes.z_i.sizes(), (std::vector<std::int64_t>{2, 128, 12, 12}));
  EXPECT_EQ(codes.z_s.sizes(), codes.z_i.sizes());
  EXPECT_GE(codes.z_i.min().item<float>(), 0);
  const auto logits = net.decode_shape(codes.z_s, PassMode::Evaluation);
  EXPECT_EQ(logits.sizes(), (std::vector<std::int64_t>{2, 4, 192, 192}));
  EXPECT_EQ(net.stn(logits, PassMode::Evaluation).sizes(), logits.sizes());
  const auto image = net.decode_image(codes.z_i, PassMode::Evaluation);
  EXPECT_EQ(image.sizes(), x.sizes());
  EXPECT_GT(image.min().item<float>(), 0);
  EXPECT_LT(image.max().item<float>(), 1);
}

TEST(Networks, VariantsShareCodesAsNamed) {
  const at::NoGradGuard no_grad;
  const auto x = at::rand({1, 1, 32, 32});
  for (const auto type : {NetworkType::Standard, NetworkType::WithoutFilter, NetworkType::ShareCode}) {
    ModelConfig config;
    config.network_type = type;
    Networks net(config);
    initialise(net, 3);
    const auto z_i = net.general_encoder.forward(x, PassMode::Evaluation);
    const auto z_s = net.code_decoupler.forward(z_i, PassMode::Evaluation);
    const auto codes = net.encode(x, PassMode::Evaluation);
    EXPECT_TRUE(at::equal(codes.z_i, type == NetworkType::ShareCode ? z_s : z_i));
    EXPECT_TRUE(at::equal(codes.z_s, type == NetworkType::WithoutFilter ? z_i : z_s));
  }
}

TEST(Initialisation, FollowsTheRulesPerRole) {
  Networks net({});
  initialise(net, 5);
  net.visit([](const std::string& key, at::Tensor& t, Role role) {
    const double fan_in = t.dim() > 1 ? double(t.numel()) / double(t.size(0)) : 0;
    const double deviation = t.numel() > 1 ? t.to(at::kDouble).std().item<double>() : 0;
    if (role == Role::ConvWeight && t.numel() > 1000)
      EXPECT_NEAR(deviation, std::sqrt(2 / fan_in), 0.06 * std::sqrt(2 / fan_in)) << key;
    if (role == Role::TransposedWeight) EXPECT_LE(t.abs().max().item<double>(), 1 / std::sqrt(4.0 * double(t.size(0)))) << key;
    if (role == Role::Gamma) EXPECT_NEAR(t.mean().item<double>(), 1, 0.02) << key;
    if (role == Role::OutputBias || role == Role::Beta) EXPECT_EQ(t.abs().max().item<double>(), 0) << key;
    if (role == Role::ConvBias) EXPECT_GT(deviation, 0) << key;
  });
}

TEST(Initialisation, DependsOnTheSeedAlone) {
  Networks a({}), b({}), c({});
  initialise(a, 7), initialise(b, 7), initialise(c, 8);
  EXPECT_TRUE(at::equal(a.general_encoder.inc0.weight, b.general_encoder.inc0.weight));
  EXPECT_FALSE(at::equal(a.general_encoder.inc0.weight, c.general_encoder.inc0.weight));
  EXPECT_FALSE(at::equal(a.segmentation_decoder.final_conv.weight, a.shape_decoder.final_conv.weight));
}

TEST(BatchNorm, FrozenPassesUseBatchStatisticsAndLeaveTheBuffersAlone) {
  BatchNorm bn(3);
  bn.weight = at::tensor({1.0, 2.0, 3.0}).requires_grad_(true);
  bn.bias = at::zeros({3}, at::kDouble).requires_grad_(true);
  bn.running_mean = at::zeros({3}, at::kDouble), bn.running_var = at::ones({3}, at::kDouble);
  const auto x = at::randn({4, 3, 5, 5}, at::kDouble).requires_grad_(true);
  const auto frozen = batch_norm_act(x, bn, PassMode::Frozen, Activation::None);
  frozen.square().sum().backward();
  EXPECT_FALSE(bn.weight.grad().defined());
  EXPECT_TRUE(x.grad().defined());
  EXPECT_EQ(bn.running_mean.abs().sum().item<double>(), 0);
  EXPECT_EQ(bn.num_batches_tracked.item<std::int64_t>(), 0);

  const auto tracked = batch_norm_act(x, bn, PassMode::Tracked, Activation::None);
  EXPECT_TRUE(at::allclose(tracked, frozen, 1e-12, 1e-12));
  EXPECT_EQ(bn.num_batches_tracked.item<std::int64_t>(), 1);
  const auto mean = x.mean({0, 2, 3}), variance = x.var({0, 2, 3}, /*unbiased=*/true);
  EXPECT_TRUE(at::allclose(bn.running_mean, 0.1 * mean, 1e-12, 1e-12));
  EXPECT_TRUE(at::allclose(bn.running_var, 0.9 + 0.1 * variance, 1e-12, 1e-12));
}

}  // namespace
}  // namespace tandem::model
