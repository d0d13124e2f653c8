// The parts of the optimised form, each beside the plain formula.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <set>

#include "evaluation/predictor.h"
#include "model/initialization.h"
#include "model/upsampling.h"
#include "support/expect_error.h"
#include "training/early_backward.h"
#include "training/train_step.h"

namespace tandem::model {
namespace {

double difference(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).norm() / (b.norm() + 1e-300)).to(at::kDouble).item<double>();
}

Networks networks(std::uint64_t seed) {
  Networks net({});
  initialise(net, seed);
  net.to(at::kCPU, at::kDouble);
  net.visit([](const std::string&, at::Tensor& t, Role role) {  // as if it had been trained for a while
    const at::NoGradGuard no_grad;
    if (role == Role::Mean) t.normal_(0, 0.3);
    if (role == Role::Variance) t.uniform_(0.5, 2);
  });
  return net;
}

TEST(MergedUpsampling, IsTheConvolutionOfTheDoubledImageWithItsGradients) {
  for (const auto& size : {std::pair{4, 6}, std::pair{1, 3}}) {
    const auto x = at::randn({2, 3, size.first, size.second}, at::kDouble).requires_grad_(true);
    const auto w = at::randn({5, 3, 3, 3}, at::kDouble).requires_grad_(true);
    const auto b = at::randn({5}, at::kDouble);
    const auto plain = at::conv2d(doubled(x), w, b, /*stride=*/1, /*padding=*/1);
    const auto g = at::randn_like(plain);
    (plain * g).sum().backward();
    const auto dx = x.grad().clone(), dw = w.grad().clone();
    x.mutable_grad().reset(), w.mutable_grad().reset();
    const auto merged = convolution(x, merged_with_doubling(w), b, kMergedShape, PassMode::Tracked);
    ASSERT_EQ(merged.sizes(), plain.sizes());
    (merged * g).sum().backward();
    EXPECT_LE(difference(merged, plain), 1e-13);
    EXPECT_LE(difference(x.grad(), dx), 1e-13);
    EXPECT_LE(difference(w.grad(), dw), 1e-13);
  }
}

TEST(FoldedBatchNorm, GivesTheLogitsOfTheReferenceFormInDoubleAndSinglePrecision) {
  const at::NoGradGuard no_grad;
  auto net = networks(3);
  for (const auto type : {at::kDouble, at::kFloat}) {
    net.to(at::kCPU, type);
    const auto x = at::rand({3, 1, 48, 32}, type);
    const Pass plain(PassMode::Evaluation), folded(PassMode::Evaluation, nullptr, Formulation::Optimised);
    const double tolerance = type == at::kDouble ? 1e-12 : 1e-4;
    const auto logits = net.ftn(x, plain);
    EXPECT_LE(difference(net.ftn(x, folded), logits), tolerance);
    EXPECT_LE(difference(net.stn(logits, folded), net.stn(logits, plain)), tolerance);
    EXPECT_LE(difference(net.decode_image(net.encode(x, folded).z_i, folded),
                         net.decode_image(net.encode(x, plain).z_i, plain)),
              tolerance);
  }
}

TEST(FoldedBatchNorm, SegmentsWholeVolumesLikeTheReferenceForm) {
  auto net = networks(4);
  Volume<float> volume(13, 32, 32);  // more than one chunk
  const auto values = at::rand({13 * 32 * 32});
  std::copy_n(values.const_data_ptr<float>(), values.numel(), volume.values.begin());
  const auto fast = evaluation::predict_volume(net, volume);
  const auto plain = evaluation::predict_volume(net, volume, Formulation::Reference);
  EXPECT_EQ(fast.ftn.values, plain.ftn.values);
  EXPECT_EQ(fast.ftn_stn.values, plain.ftn_stn.values);
  std::set<std::uint8_t> classes(plain.ftn.values.begin(), plain.ftn.values.end());
  EXPECT_GE(classes.size(), 2u) << "or the comparison says nothing";
}

TEST(ConvolutionBiases, InFrontOfBatchNormHaveNoGradientAndTheOthersDo) {
  auto net = networks(5);
  const training::StepInputs in{at::rand({2, 1, 32, 32}, at::kDouble),
                                at::randint(4, {2, 32, 32}, at::kLong)};
  training::standard_pass(net, in, in.x, {}).terms.total().sum().backward();
  net.visit([](const std::string& key, at::Tensor& t, Role role) {
    if (role != Role::ConvBias) return;
    const bool before_norm = key.find("conv.0.bias") != std::string::npos ||
                             key.find("conv.3.bias") != std::string::npos ||
                             key.find("inc.") != std::string::npos || key.ends_with("final_conv.0.bias") ||
                             key.find("code_decoupler") != std::string::npos;
    EXPECT_EQ(t.grad().defined(), !before_norm) << key;
  });
}

}  // namespace
}  // namespace tandem::model

namespace tandem::training {
namespace {

class Early : public testing::Test {
 protected:
  Early() {
    model::initialise(net, 6);
    net.to(at::kCPU, at::kDouble);
    in = {at::rand({2, 1, 32, 32}, at::kDouble), at::randint(4, {2, 32, 32}, at::kLong)};
  }
  model::Networks net{model::ModelConfig{}};
  StepInputs in;
};

TEST_F(Early, MaskGradientsOfTheStandardPassAreThoseOfPassesOfTheirOwn) {
  augment::LatentConfig latent;
  latent.image_mask_type = augment::MaskType::Spatial, latent.shape_mask_type = augment::MaskType::Channel;
  const auto draws = draw_step(latent, {1, 0, 0}, {1, 2}, in.x.sizes());
  model::Networks twin{model::ModelConfig{}};
  model::initialise(twin, 6);
  twin.to(at::kCPU, at::kDouble);
  const auto needs = mask_needs(in, draws, latent, {});
  ASSERT_TRUE(needs.z_i && needs.z_s);
  const auto reused = standard_pass(net, in, in.x, {}, needs), alone = standard_pass(twin, in, in.x, {});
  const auto known = make_hard_examples(net, in, reused.codes, draws, latent, {}, reused.mask_gradients);
  const auto made = make_hard_examples(twin, in, alone.codes, draws, latent, {});
  for (const auto& [a, b] : {std::pair{known.image, made.image}, std::pair{known.shape, made.shape}}) {
    EXPECT_LE(((a.gradient - b.gradient).norm() / b.gradient.norm()).item<double>(), 1e-12);
    EXPECT_TRUE(at::equal(a.set, b.set));
  }
  std::vector<at::Tensor> buffers;
  twin.visit([&](const std::string&, at::Tensor& t, model::Role role) {
    if (!model::is_trained(role)) buffers.push_back(t);
  });
  net.visit([&, i = size_t(0)](const std::string& key, at::Tensor& t, model::Role role) mutable {
    if (model::is_trained(role)) return;
    EXPECT_TRUE(at::allclose(t, buffers[i++], 1e-13, 1e-15)) << key;
  });
}

TEST_F(Early, DropoutNeedsNoGradientAndTheReferenceFormAsksForNone) {
  augment::LatentConfig latent;
  latent.image_mask_type = latent.shape_mask_type = augment::MaskType::Dropout;
  auto draws = draw_step(latent, {1, 0, 0}, {1, 2}, in.x.sizes());
  EXPECT_FALSE(mask_needs(in, draws, latent, {}).z_i);
  draws.image.scheme = augment::Scheme::Channel;
  EXPECT_TRUE(mask_needs(in, draws, latent, {}).z_i);
  EXPECT_FALSE(mask_needs(in, draws, latent, {}).z_s);
  in.formulation = model::Formulation::Reference;
  EXPECT_FALSE(mask_needs(in, draws, latent, {}).z_i);
}

TEST_F(Early, ASingleLossOfASettledPartIsRefusedAndItsSumIsNot) {
  const auto pass = standard_pass(net, in, in.x, {});
  test::expect_error([&] { pass.terms.ce_p.sum().backward({}, /*retain_graph=*/true); },
                     "only the sum of the losses of one part", ExitCode::Failure);
  (2 * pass.terms.total()).sum().backward();
  const auto twice = net.general_encoder.inc0.weight.grad().clone();
  net.general_encoder.inc0.weight.mutable_grad().reset();
  in.formulation = model::Formulation::Reference;
  standard_pass(net, in, in.x, {}).terms.total().sum().backward();
  const auto once = net.general_encoder.inc0.weight.grad();
  EXPECT_LE(((twice - 2 * once).norm() / once.norm()).item<double>(), 1e-9);
}

}  // namespace
}  // namespace tandem::training
