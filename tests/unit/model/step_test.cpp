#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>

#include "model/initialization.h"
#include "training/train_step.h"

namespace tandem::training {
namespace {

class Step : public testing::Test {
 protected:
  void SetUp() override {
    model::initialise(net, 11);
    net.to(at::kCPU, at::kDouble);
    in = {at::rand({2, 1, 32, 32}, at::kDouble), at::randint(4, {2, 32, 32}, at::kLong)};
  }
  ForwardPass forward(const LossConfig& loss = {}) {
    const auto draws = draw_step(latent, {1, 0, 0}, {1, 2}, in.x.sizes());
    return forward_step(net, in, in.x, draws, latent, loss);
  }
  /// Gradients by key after a backward of one scalar.
  std::map<std::string, at::Tensor> gradients(const at::Tensor& scalar) {
    net.visit([](const std::string&, at::Tensor& t, model::Role) { t.mutable_grad().reset(); });
    scalar.backward({}, /*retain_graph=*/true);
    std::map<std::string, at::Tensor> all;
    net.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
      if (model::is_trained(role))
        all[key] = t.grad().defined() ? t.grad().clone() : at::zeros_like(t).detach();
    });
    return all;
  }
  std::map<std::string, std::int64_t> counters() {
    std::map<std::string, std::int64_t> all;
    net.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
      if (role == model::Role::Counter) all[key.substr(0, key.find('/'))] = t.item<std::int64_t>();
    });
    return all;
  }
  model::Networks net{model::ModelConfig{}};
  augment::LatentConfig latent;
  StepInputs in;
};

double largest(const std::map<std::string, at::Tensor>& gradients, const std::string& prefix) {
  double value = 0;
  for (const auto& [key, g] : gradients)
    if (key.starts_with(prefix)) value = std::max(value, g.abs().max().item<double>());
  return value;
}

TEST_F(Step, UpdatesRunningStatisticsAsOftenAsTheOfficialCode) {
  using augment::MaskType;
  for (const auto& [type, extra] : {std::pair{MaskType::Dropout, 0}, std::pair{MaskType::Channel, 1}}) {
    latent.image_mask_type = latent.shape_mask_type = type;
    const auto before = counters();
    forward();
    const auto after = counters();
    EXPECT_EQ(after.at("image_encoder") - before.at("image_encoder"), 1);
    EXPECT_EQ(after.at("segmentation_decoder") - before.at("segmentation_decoder"), 1 + extra);
    EXPECT_EQ(after.at("image_decoder") - before.at("image_decoder"), 2 + extra);
    EXPECT_EQ(after.at("shape_encoder") - before.at("shape_encoder"), 2);
    EXPECT_EQ(after.at("shape_decoder") - before.at("shape_decoder"), 2);
  }
}

TEST_F(Step, HardLossTrainsGammaAndBetaOfTheImageDecoderAlone) {
  const auto pass = forward();
  const auto standard = gradients(pass.standard.terms.total()), total = gradients(pass.loss);
  net.visit([&](const std::string& key, at::Tensor&, model::Role role) {
    if (role != model::Role::Gamma && role != model::Role::Beta) return;
    const bool image_decoder = key.starts_with("image_decoder");
    EXPECT_EQ(at::equal(standard.at(key), total.at(key)), !image_decoder) << key;
  });
}

TEST_F(Step, CorruptedSegmentationsTrainTheStnOnly) {
  in.formulation = model::Formulation::Reference;  // where single terms have a gradient
  const auto g = gradients(forward().hard.terms.ce_stn_pm);
  EXPECT_EQ(largest(g, "image_encoder"), 0);
  EXPECT_EQ(largest(g, "segmentation_decoder"), 0);
  EXPECT_EQ(largest(g, "image_decoder"), 0);
  EXPECT_GT(largest(g, "shape_encoder"), 0);
}

TEST_F(Step, CorruptedSegmentationsTrainTheirDecoderTooIfAskedTo) {
  LossConfig loss;
  loss.corrupted_segmentation = true;
  const auto pass = forward(loss);
  EXPECT_GT(pass.hard.terms.ce_pm.item<double>(), 0);
  EXPECT_NEAR(pass.hard.terms.ce_pm.item<double>(),
              segmentation_loss(pass.hard_examples.p_m, in).item<double>(), 1e-12);
  EXPECT_EQ(forward().hard.terms.ce_pm.item<double>(), 0);
  in.formulation = model::Formulation::Reference;  // where single terms have a gradient
  const auto g = gradients(forward(loss).hard.terms.ce_pm);
  EXPECT_GT(largest(g, "segmentation_decoder"), 0);
  EXPECT_EQ(largest(g, "image_encoder"), 0);
  EXPECT_EQ(largest(g, "shape_encoder"), 0);
}

TEST_F(Step, TheStnReadsCorruptedLabelsInPlaceOfPredictions) {
  LossConfig separate;
  separate.separate_training = true;
  latent.latent_DA = false;
  in.formulation = model::Formulation::Reference;
  in.y_corrupted = at::randint(4, {2, 32, 32}, at::kLong);
  const auto pass = forward(separate);
  const auto expected = net.stn_of_labels(in.y_corrupted, in.pass(model::PassMode::Tracked));
  EXPECT_TRUE(at::allclose(pass.standard.stn_p, expected, 1e-12, 1e-12));
  const auto g = gradients(pass.standard.terms.ce_stn_p);
  EXPECT_EQ(largest(g, "image_encoder"), 0);
  EXPECT_EQ(largest(g, "segmentation_decoder"), 0);
  EXPECT_GT(largest(g, "shape_encoder"), 0);
}

TEST_F(Step, TheStnTrainsTheFtnUnlessTheyTrainSeparately) {
  in.formulation = model::Formulation::Reference;
  EXPECT_GT(largest(gradients(forward().standard.terms.ce_stn_p), "image_encoder"), 0);
  LossConfig separate;
  separate.separate_training = true;
  const auto g = gradients(forward(separate).standard.terms.ce_stn_p);
  EXPECT_EQ(largest(g, "image_encoder"), 0);
  EXPECT_GT(largest(g, "shape_encoder"), 0);
}

TEST_F(Step, MaskScopeCanBeEitherPartAlone) {
  latent.mask_scope = {"shape"};
  auto pass = forward();
  EXPECT_FALSE(pass.hard_examples.x_hat.defined());
  EXPECT_EQ(pass.hard.terms.ce_p.item<double>(), 0);
  EXPECT_GT(pass.hard.terms.ce_stn_pm.item<double>(), 0);
  latent.mask_scope = {"image"};
  pass = forward();
  EXPECT_FALSE(pass.hard_examples.p_m.defined());
  EXPECT_GT(pass.hard.terms.ce_p.item<double>(), 0);
  EXPECT_EQ(pass.hard.terms.ce_stn_pm.item<double>(), 0);
}

TEST_F(Step, TrackAllMovesStatisticsInEveryPass) {
  LossConfig loss;
  loss.bn_policy = BnPolicy::TrackAll;
  latent.image_mask_type = latent.shape_mask_type = augment::MaskType::Channel;
  const auto before = counters();
  forward(loss);
  EXPECT_EQ(counters().at("image_encoder") - before.at("image_encoder"), 2);
  EXPECT_EQ(counters().at("shape_encoder") - before.at("shape_encoder"), 4);
}

TEST_F(Step, ManyStepsOnOneBatchLowerTheLoss) {
  latent.latent_DA = true;
  Adam adam(net.parameters(), 1e-3, 0.9, 0.999, 1e-8);
  double first = 0, last = 0;
  for (std::uint32_t step = 0; step < 12; ++step) {
    const auto draws = draw_step(latent, {1, 0, step}, {1, 2}, in.x.sizes());
    last = train_step(net, adam, nullptr, in, draws, latent, {})[8].item<double>();
    if (step == 0) first = last;
  }
  EXPECT_LT(last, 0.9 * first);
}

}  // namespace
}  // namespace tandem::training
