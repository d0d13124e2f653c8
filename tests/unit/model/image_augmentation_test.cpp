// The image-space augmentations that add a loss: their draws, their searches and their part in a step.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <map>

#include "base/error.h"
#include "equations/consistency.h"
#include "model/initialization.h"
#include "training/train_step.h"

namespace tandem::training {
namespace {

using augment::ImageAugmentationConfig;
using augment::ImageMethod;

constexpr std::array kMethods = {ImageMethod::MultiWindow, ImageMethod::RandomConvolution,
                                 ImageMethod::AdversarialNoise, ImageMethod::AdversarialBias};
const std::vector<std::int64_t> kShape = {2, 1, 32, 32};

ImageAugmentationConfig config_of(ImageMethod method) {
  ImageAugmentationConfig config;
  config.da.method = method;
  return config;
}

class ImageAugmentation : public testing::Test {
 protected:
  void SetUp() override {
    at::manual_seed(5);
    net = model::Networks{model::ModelConfig{}};
    model::initialise(net, 11);
    net.to(at::kCPU, at::kDouble);
    in = {at::rand(kShape, at::kDouble), at::randint(4, {2, 32, 32}, at::kLong)};
    latent.latent_DA = false;
  }
  ForwardPass forward(const ImageAugmentationConfig& config, const LossConfig& loss = {}) {
    return forward_step(net, in, in.x, draw_step(latent, {1, 0, 0}, {1, 2}, kShape, config), latent, loss,
                        config);
  }
  /// The pass on augmented images alone, after a standard pass.
  ImageAugmentationPass pass(const ImageAugmentationConfig& config, const StandardPass& standard) {
    return image_augmentation_pass(
        net, in, in.x, standard, draw_step(latent, {1, 0, 0}, {1, 2}, kShape, config).augmented, config, {});
  }
  std::map<std::string, at::Tensor> buffers() {
    std::map<std::string, at::Tensor> all;
    net.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
      if (!model::is_trained(role)) all[key] = t.clone();
    });
    return all;
  }
  /// Largest gradient of a scalar in the tensors of each module.
  std::map<std::string, double> gradients(const at::Tensor& scalar) {
    net.visit([](const std::string&, at::Tensor& t, model::Role) { t.mutable_grad().reset(); });
    scalar.backward({}, /*retain_graph=*/true);
    std::map<std::string, double> largest;
    net.visit([&](const std::string& key, at::Tensor& t, model::Role) {
      auto& value = largest[key.substr(0, key.find('/'))];
      if (t.grad().defined()) value = std::max(value, t.grad().abs().max().item<double>());
    });
    return largest;
  }
  model::Networks net{model::ModelConfig{}};
  augment::LatentConfig latent;
  StepInputs in;
};

TEST_F(ImageAugmentation, AddsItsTermsToTheStandardLoss) {
  const auto plain = forward({});
  EXPECT_EQ(plain.image.terms.total().item<double>(), 0);
  for (const auto method : kMethods) {
    auto config = config_of(method);
    SCOPED_TRACE(config.method_name());
    SetUp();
    const auto full = forward(config);
    const auto& t = full.terms[0];  // 9 of standard training and hard examples with the total, 4 more
    EXPECT_NEAR(t[8].item<double>(), (t.slice(0, 0, 8).sum() + t.slice(0, 9).sum()).item<double>(), 1e-12);
    EXPECT_GT(t[10].item<double>(), 0);
    const bool supervised = method != ImageMethod::RandomConvolution;
    EXPECT_EQ(t[9].item<double>() > 0, supervised);
    EXPECT_EQ(t[12].item<double>() > 0, method != ImageMethod::MultiWindow);
    config.da.weight = 0.5;
    SetUp();
    const auto half = forward(config);
    EXPECT_NEAR(half.image.terms.total().item<double>(), 0.5 * full.image.terms.total().item<double>(),
                1e-12);
    config.da.p_apply = 0;
    SetUp();
    EXPECT_TRUE(at::equal(forward(config).terms, plain.terms));
  }
}

TEST_F(ImageAugmentation, RandomConvolutionsHaveCrossEntropyOnlyWhenAsked) {
  auto config = config_of(ImageMethod::RandomConvolution);
  config.randconv.ce = true;
  const auto t = forward(config).terms[0];
  EXPECT_GT(t[9].item<double>(), 0);
  EXPECT_GT(t[11].item<double>(), 0);
}

TEST_F(ImageAugmentation, LeavesRunningStatisticsAloneButForRandomConvolutions) {
  for (const auto method : kMethods) {
    const auto config = config_of(method);
    const auto standard = standard_pass(net, in, in.x, {});
    const auto before = buffers();
    pass(config, standard);
    const bool tracked = method == ImageMethod::RandomConvolution;
    for (const auto& [key, after] : buffers()) {
      EXPECT_EQ(at::equal(after, before.at(key)), !tracked) << config.method_name() << " " << key;
      if (tracked && after.scalar_type() == at::kLong) {
        EXPECT_EQ((after - before.at(key)).item<std::int64_t>(), 3) << key;
      }
    }
  }
}

TEST_F(ImageAugmentation, SearchesLeaveNoGradientsAndImagesCarryNoGraph) {
  for (const auto method : kMethods) {
    const auto result = pass(config_of(method), standard_pass(net, in, in.x, {}));
    for (const auto& p : net.parameters()) EXPECT_FALSE(p.grad().defined());
    for (const auto& image : result.images) {
      EXPECT_FALSE(image.requires_grad());
      EXPECT_EQ(image.min().item<double>(), 0);
      EXPECT_EQ(image.max().item<double>(), 1);
    }
  }
}

TEST_F(ImageAugmentation, ConsistencyTrainsTheSegmentationPathOfTheFtnAlone) {
  for (const auto method : {ImageMethod::AdversarialNoise, ImageMethod::AdversarialBias}) {
    const auto standard = standard_pass(net, in, in.x, {});
    const auto result = pass(config_of(method), standard);
    const auto g = gradients(result.terms.consistency.sum());
    EXPECT_GT(g.at("image_encoder"), 0);
    EXPECT_GT(g.at("segmentation_decoder"), 0);
    for (const char* module : {"image_decoder", "shape_encoder", "shape_decoder"}) EXPECT_EQ(g.at(module), 0);
    const auto through_reference =
        torch::autograd::grad({result.terms.consistency.sum()}, {standard.p}, {}, true, false, true);
    EXPECT_FALSE(through_reference[0].defined());
  }
}

TEST_F(ImageAugmentation, HardLossHereTrainsNoGammaOrBeta) {
  const auto result = pass(config_of(ImageMethod::MultiWindow), standard_pass(net, in, in.x, {}));
  gradients(result.terms.total().sum());
  net.visit([](const std::string& key, at::Tensor& t, model::Role role) {
    const bool affine = role == model::Role::Gamma || role == model::Role::Beta;
    if (affine) {
      EXPECT_FALSE(t.grad().defined()) << key;
    }
    if (role == model::Role::ConvWeight) {
      EXPECT_TRUE(t.grad().defined()) << key;
    }
  });
}

TEST_F(ImageAugmentation, AdversarialImagesMovePredictionsMoreThanRandomOnes) {
  const auto standard = standard_pass(net, in, in.x, {});
  const auto distance = [&](const at::Tensor& image) {
    const at::NoGradGuard no_graph;
    return equations::kl_divergence(standard.p, net.ftn(image, model::PassMode::Evaluation), 2)
        .item<double>();
  };
  // From the prediction on the clean image in the mode of the search, so that only the perturbation counts.
  const auto clean = net.ftn(in.x, model::PassMode::Evaluation).detach();
  const auto from_clean = [&](const at::Tensor& image) {
    return equations::kl_divergence(clean, net.ftn(image, model::PassMode::Evaluation), 2);
  };
  augment::AdversarialNoiseConfig noise{.renorm = false};
  const auto d0 = equations::unit_direction(at::randn(kShape, at::kDouble));
  const auto found = augment::adversarial_noise(in.x, d0, noise, from_clean);
  noise.iters = 0;
  const auto random = augment::adversarial_noise(in.x, d0, noise, from_clean);
  EXPECT_NEAR((found.image - in.x).flatten(1).norm(2, 1).max().item<double>(), noise.eps, 1e-12);
  EXPECT_NEAR((random.image - in.x).flatten(1).norm(2, 1).max().item<double>(), noise.eps, 1e-12);
  EXPECT_GT(from_clean(found.image).item<double>(), 4 * from_clean(random.image).item<double>());
  EXPECT_GT(distance(found.image), 0);

  augment::AdversarialBiasConfig bias;
  const auto c0 = at::zeros({2, 1, 4, 4}, at::kDouble) + 0.02 * at::randn({2, 1, 4, 4}, at::kDouble);
  const auto spline = augment::spline_basis(bias, in.x.sizes());
  const auto ascended = augment::adversarial_bias(in.x, c0, spline, bias, from_clean);
  bias.iters = 0;
  EXPECT_GT(from_clean(ascended.image).item<double>(),
            from_clean(augment::adversarial_bias(in.x, c0, spline, bias, from_clean).image).item<double>());
  EXPECT_GE(ascended.field.min().item<double>(), 0.7);
  EXPECT_LE(ascended.field.max().item<double>(), 1.3);
  EXPECT_GE(ascended.found.min().item<double>(), std::log(0.7));
}

TEST_F(ImageAugmentation, ASamplesSearchDoesNotSeeTheOthers) {
  for (const auto method : {ImageMethod::AdversarialNoise, ImageMethod::AdversarialBias}) {
    SetUp();
    const auto standard = standard_pass(net, in, in.x, {});
    const auto found = pass(config_of(method), standard).search.found.clone();
    auto other = in.x.clone();
    other[1] = 1 - other[1];
    in.x = other;
    const auto again = pass(config_of(method), standard).search.found;
    EXPECT_TRUE(at::allclose(again[0], found[0], 1e-9, 1e-12));
    EXPECT_FALSE(at::allclose(again[1], found[1], 1e-3, 1e-6));
  }
}

TEST_F(ImageAugmentation, RenormalisedNoiseKeepsTheRangeOfTheImage) {
  const auto standard = standard_pass(net, in, in.x, {});
  const auto image = pass(config_of(ImageMethod::AdversarialNoise), standard).search.image;
  for (const std::int64_t n : {0, 1}) {
    EXPECT_NEAR(image[n].min().item<double>(), in.x[n].min().item<double>(), 1e-12);
    EXPECT_NEAR(image[n].max().item<double>(), in.x[n].max().item<double>(), 1e-12);
  }
}

TEST(ImageAugmentationDraws, BelongToTheSampleWhateverItsRow) {
  for (const auto method : kMethods) {
    const auto config = config_of(method);
    const auto a = augment::draw_image_augmentation(config, {3, 1, 4}, {7, 9}, kShape),
               b = augment::draw_image_augmentation(config, {3, 1, 4}, {9, 7}, kShape),
               c = augment::draw_image_augmentation(config, {3, 1, 5}, {7, 9}, kShape);
    SCOPED_TRACE(config.method_name());
    if (a.pixels.defined()) {
      EXPECT_TRUE(at::equal(a.pixels[0], b.pixels[1]));
      EXPECT_FALSE(at::equal(a.pixels[0], a.pixels[1]));
      EXPECT_FALSE(at::equal(a.pixels, c.pixels));
    }
    if (a.control_points.defined()) {
      EXPECT_TRUE(at::equal(a.control_points[0], b.control_points[1]));
      EXPECT_FALSE(at::equal(a.control_points[0], a.control_points[1]));
    }
    for (size_t k = 0; k < a.kernels.size(); ++k) {  // shared by the batch, drawn anew each step
      EXPECT_TRUE(at::equal(a.kernels[k].weight, b.kernels[k].weight));
      EXPECT_NE(a.kernels[k].alpha, c.kernels[k].alpha);
    }
    ASSERT_EQ(a.windows.size(), b.windows.size());
    if (!a.windows.empty()) {
      EXPECT_EQ(a.windows[0].size(), b.windows[1].size());
    }
  }
}

TEST(ImageAugmentationDraws, WindowsCoverWhatTheirDefinitionsSay) {
  const std::vector<std::int64_t> shape = {2000, 1, 192, 192};
  auto config = config_of(ImageMethod::MultiWindow);
  std::vector<std::uint32_t> ids(2000);
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = std::uint32_t(i);
  const auto covered = [&](double p_out, augment::MultiWindowConfig::OutWindows windows) {
    config.mwm.p_out = p_out, config.mwm.out_windows = windows;
    std::int64_t none = 0, five = 0;
    double area = 0;
    for (std::uint32_t id = 0; id < 2000; ++id) {  // one row at a time: no need for all the noise
      const auto draw = augment::draw_image_augmentation(config, {1, 0, 0}, {id}, {1, 1, 192, 192});
      EXPECT_EQ(draw.outside[0].item<bool>(), p_out == 1);
      for (const auto& w : draw.windows[0]) {
        EXPECT_GE(std::min(w.first_row, w.first_column), 3);
        EXPECT_LE(std::max(w.first_row + w.rows, w.first_column + w.columns), 189);
      }
      none += draw.windows[0].empty(), five += draw.windows[0].size() == 5;
      area += equations::window_mask(draw.windows, 192, 192).to(at::kDouble).mean().item<double>() / 2000;
    }
    return std::tuple{area, double(none) / 2000, double(five) / 2000};
  };
  using enum augment::MultiWindowConfig::OutWindows;
  const auto [area, none, five] = covered(0, Author);
  EXPECT_NEAR(area, 0.22, 0.01);
  EXPECT_NEAR(none, 0.05, 0.02);
  EXPECT_NEAR(five, 0.774, 0.03);
  const auto [large_area, large_none, large_five] = covered(1, Genesis);
  EXPECT_NEAR(large_area, 0.55, 0.02);
  EXPECT_EQ(large_none, 0);
  EXPECT_NEAR(large_five, std::pow(0.95, 4), 0.03);
}

TEST(ImageAugmentationDraws, ConvolutionsHaveTheirSizesAndAFifthOfThePointwiseOnesInverts) {
  const auto config = config_of(ImageMethod::RandomConvolution);
  std::map<std::int64_t, int> sides;
  double alpha = 0, squares = 0, values = 0, pointwise = 0, inverted = 0;
  const std::uint32_t steps = 4000;
  for (std::uint32_t step = 0; step < steps; ++step)
    for (const auto& kernel : augment::draw_kernels(config.randconv, {1, 0, step}, 1)) {
      const auto side = kernel.weight.size(2);
      ++sides[side];
      alpha += kernel.alpha / (3 * steps);
      squares += kernel.weight.square().sum().item<double>() * double(side * side);
      values += double(side * side);
      pointwise += side == 1, inverted += kernel.inverts();
    }
  for (const auto& [side, count] : sides) EXPECT_NEAR(count, 3 * steps / 4.0, 250) << side;
  EXPECT_EQ(sides.size(), 4);
  EXPECT_NEAR(alpha, 0.5, 0.01);
  EXPECT_NEAR(squares / values, 1, 0.02);  // variance 1 / (C k^2)
  EXPECT_NEAR(inverted / pointwise, 0.19, 0.02);
  EXPECT_DOUBLE_EQ(augment::inverted_fraction(config, 1, 0, steps), inverted / (3 * steps));
}

TEST(ImageAugmentationDraws, WithoutMixingHalfTheDrawsAreTheImageItself) {
  auto config = config_of(ImageMethod::RandomConvolution);
  config.randconv.mix = false;
  double identity = 0;
  for (std::uint32_t step = 0; step < 1000; ++step)
    for (const auto& kernel : augment::draw_kernels(config.randconv, {1, 0, step}, 1)) {
      EXPECT_TRUE(kernel.alpha == 0 || kernel.alpha == 1);
      identity += kernel.alpha / 3000;
    }
  EXPECT_NEAR(identity, 0.5, 0.04);
}

TEST(ImageAugmentationConfigs, RefuseKernelsAndSpacingsThatCannotBe) {
  auto config = config_of(ImageMethod::RandomConvolution);
  config.randconv.kernels = {1, 4};
  EXPECT_THROW(config.check(64), Error);
  config = config_of(ImageMethod::AdversarialBias);
  EXPECT_NO_THROW(config.check(64));
  config.advbias.downscale = 3;
  EXPECT_THROW(config.check(64), Error);
}

}  // namespace
}  // namespace tandem::training
