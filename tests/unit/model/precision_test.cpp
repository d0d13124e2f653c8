// Convolutions in bfloat16, everything else in float32.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/initialization.h"
#include "model/sharded_convolution.h"
#include "training/train_step.h"

namespace tandem::training {
namespace {

using model::Precision;

model::Networks networks() {
  model::Networks net{model::ModelConfig{}};
  model::initialise(net, 3);
  net.to(at::kCPU, at::kFloat);
  return net;
}

StepInputs inputs(Precision convolutions) {
  const auto x = at::arange(4 * 32 * 32, at::kFloat).mul(0.618).remainder(1).view({4, 1, 32, 32});
  StepInputs in{x, (4 * x).to(at::kLong).squeeze(1)};
  in.convolutions = convolutions;
  return in;
}

/// Losses of one cooperative step from the same weights.
at::Tensor losses(model::Networks& net, const StepInputs& in, augment::MaskType scheme) {
  augment::LatentConfig latent;
  latent.image_mask_type = latent.shape_mask_type = scheme;
  Adam adam(net.parameters(), 1e-4, 0.9, 0.999, 1e-8);
  const auto draws = draw_step(latent, {1, 0, 0}, {1, 2, 3, 4}, in.x.sizes());
  return train_step(net, adam, /*reducer=*/nullptr, in, draws, latent, {});
}

void expect_float32(model::Networks& net) {
  net.visit([](const std::string& key, at::Tensor& t, model::Role role) {
    if (role == model::Role::Counter) return;
    EXPECT_EQ(t.scalar_type(), at::kFloat) << key;
    EXPECT_TRUE(!t.grad().defined() || t.grad().scalar_type() == at::kFloat) << key;
  });
}

TEST(Precision, AStepInBfloat16HasLossesNearThoseOfFloat32AndKeepsItsWeightsInFloat32) {
  for (const auto scheme : {augment::MaskType::Dropout, augment::MaskType::Channel}) {
    auto full = networks(), rounded = networks();
    const auto expected = losses(full, inputs(Precision::Full), scheme),
               terms = losses(rounded, inputs(Precision::BFloat16), scheme);
    const auto standard = [](const at::Tensor& all) { return all.slice(0, 0, 4); };
    EXPECT_TRUE(at::allclose(standard(terms), standard(expected), /*rtol=*/0.03, /*atol=*/0))
        << terms << expected;
    // Behind the masks: gradients are far off, and other entries are masked.
    EXPECT_TRUE(at::allclose(terms, expected, /*rtol=*/0.15, /*atol=*/0)) << terms << expected;
    EXPECT_FALSE(at::equal(terms, expected)) << "nothing was rounded";
    expect_float32(rounded);
  }
}

TEST(Precision, ConvolutionsRoundFactorsAndResultAndNothingElse) {
  const auto x = at::randn({2, 3, 8, 8}), w = at::randn({4, 3, 3, 3}), b = at::randn({4});
  const model::ConvolutionShape shape{1, 1, false};
  const auto y = model::convolution(
      x, w, b, shape,
      {model::PassMode::Tracked, nullptr, model::Formulation::Optimised, Precision::BFloat16});
  const auto exact = model::convolution(x, w, b, shape, model::PassMode::Tracked);
  EXPECT_EQ(y.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::equal(y, y.to(at::kBFloat16).to(at::kFloat)));
  EXPECT_LE((y - exact).abs().max().item<float>(), 0.02F * exact.abs().max().item<float>());
  EXPECT_GT((y - exact).abs().max().item<float>(), 0);
}

TEST(Precision, EvaluationIsInFloat32) {
  const StepInputs in = inputs(Precision::BFloat16);
  EXPECT_EQ(in.pass(model::PassMode::Tracked).convolutions, Precision::BFloat16);
  EXPECT_EQ(in.pass(model::PassMode::Frozen).convolutions, Precision::BFloat16);
  EXPECT_EQ(in.pass(model::PassMode::Evaluation).convolutions, Precision::Full);
}

}  // namespace
}  // namespace tandem::training
