#include "augment/latent_masking.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "equations/latent_masks.h"

namespace tandem::augment {
namespace {

const std::vector<std::int64_t> kShape = {3, 128, 12, 12};

/// A decoder's loss whose gradient differs at every element.
at::Tensor loss_of(const at::Tensor& code) {
  const auto weights = at::arange(code.numel(), at::kDouble).mul(0.618).remainder(1).view(code.sizes()) - 0.3;
  return (code * weights).sum();
}

LatentConfig fixed_threshold() {
  LatentConfig config;
  config.random_threshold = false;
  return config;
}

TEST(LatentMasks, FixedHalfMasks64ChannelsAnd72PositionsWithSoftValuesBelowHalf) {
  auto config = fixed_threshold();
  for (const auto& [type, expected] : {std::pair{MaskType::Channel, 64}, std::pair{MaskType::Spatial, 72}}) {
    config.image_mask_type = type;
    const auto draw = draw_latent(config, Code::Image, {1, 2, 3}, {10, 20, 30}, kShape);
    const auto masked = mask_code(at::ones(kShape, at::kDouble), config, draw, loss_of);
    EXPECT_TRUE((masked.set.sum(1) == expected).all().item<bool>());
    const auto inside = masked.mask.masked_select(masked.set),
               outside = masked.mask.masked_select(~masked.set);
    EXPECT_GE(inside.min().item<double>(), 0);
    EXPECT_LT(inside.max().item<double>(), 0.5);
    EXPECT_EQ(std::get<0>(at::_unique(inside)).numel(), inside.numel());
    EXPECT_TRUE((outside == 1).all().item<bool>());
  }
}

TEST(LatentMasks, HardMasksAreZeroAndNonStrictMasksOneMore) {
  auto config = fixed_threshold();
  config.image_mask_type = MaskType::Channel;
  config.if_soft = false;
  config.mask_strict = false;
  const auto draw = draw_latent(config, Code::Image, {1, 2, 3}, {10, 20, 30}, kShape);
  const auto masked = mask_code(at::ones(kShape, at::kDouble), config, draw, loss_of);
  EXPECT_TRUE((masked.set.sum(1) == 65).all().item<bool>());
  EXPECT_EQ(masked.mask.masked_select(masked.set).abs().max().item<double>(), 0);
}

TEST(LatentMasks, DropoutDoublesSurvivorsWithFixedHalf) {
  LatentConfig config;
  config.image_mask_type = MaskType::Dropout;
  const auto draw = draw_latent(config, Code::Image, {1, 2, 3}, {10, 20, 30}, kShape);
  EXPECT_EQ(draw.dropout_p, 0.5);
  const auto masked = mask_code(at::ones(kShape, at::kDouble), config, draw, loss_of).code;
  const auto kept = masked.amax({2, 3});
  EXPECT_TRUE(((kept == 0) | (kept == 2)).all().item<bool>());
  EXPECT_NEAR(kept.mean().item<double>(), 1.0, 0.2);
  config.dropout_rescale = false;
  EXPECT_EQ(mask_code(at::ones(kShape, at::kDouble), config, draw, loss_of).code.max().item<double>(), 1);
}

TEST(LatentMasks, AreMadeOfTheDrawsTensorsAlone) {
  LatentConfig config;
  config.dropout_random_p = true;
  for (const auto type : {MaskType::Dropout, MaskType::Channel, MaskType::Spatial}) {
    config.image_mask_type = type;
    const auto draw = draw_latent(config, Code::Image, {1, 2, 3}, {10, 20, 30}, kShape);
    auto stale = draw;
    stale.q = {0.0}, stale.dropout_p = 0.0;
    const auto code = at::ones(kShape, at::kDouble);
    EXPECT_TRUE(
        at::equal(mask_code(code, config, draw, loss_of).code, mask_code(code, config, stale, loss_of).code));
  }
}

TEST(LatentMasks, AThresholdOfOneIsRefused) {
  EXPECT_THROW(equations::dropout_scale(1.0), Error);
  EXPECT_THROW(equations::threshold_rank(128, 1.0), Error);
  EXPECT_EQ(equations::threshold_rank(128, 0.5), 64);
  EXPECT_EQ(equations::threshold_rank(144, 0.0), 0);
}

TEST(LatentDraws, BelongToSamplesNotToTheirOrder) {
  LatentConfig config;
  config.image_mask_type = MaskType::Channel;
  const auto together = draw_latent(config, Code::Image, {1, 2, 3}, {10, 20}, {2, 128, 12, 12});
  const auto swapped = draw_latent(config, Code::Image, {1, 2, 3}, {20, 10}, {2, 128, 12, 12});
  EXPECT_EQ(together.q, swapped.q);
  EXPECT_TRUE(at::equal(together.soft_u[0], swapped.soft_u[1]));
  const auto shape = draw_latent(config, Code::Shape, {1, 2, 3}, {10, 20}, {2, 128, 12, 12});
  EXPECT_NE(together.q, shape.q);
}

TEST(LatentDraws, RandomSchemesAreIndependentUnlessShared) {
  LatentConfig config;
  int equal = 0, counts[3] = {};
  for (std::uint32_t step = 0; step < 300; ++step) {
    const auto image = draw_latent(config, Code::Image, {1, 0, step}, {1}, {1, 128, 2, 2});
    const auto shape = draw_latent(config, Code::Shape, {1, 0, step}, {1}, {1, 128, 2, 2});
    ++counts[int(image.scheme)];
    equal += image.scheme == shape.scheme;
    EXPECT_LT(image.q[0], 0.5);
  }
  for (const int count : counts) EXPECT_NEAR(count, 100, 35);
  EXPECT_NEAR(equal, 100, 35);
  config.shared_scheme = true;
  for (std::uint32_t step = 0; step < 20; ++step)
    EXPECT_EQ(draw_latent(config, Code::Image, {1, 0, step}, {1}, {1, 128, 2, 2}).scheme,
              draw_latent(config, Code::Shape, {1, 0, step}, {1}, {1, 128, 2, 2}).scheme);
}

TEST(LatentDraws, OptionsShareThresholdsAndAnnealingAsNamed) {
  LatentConfig config;
  config.image_mask_type = MaskType::Spatial;
  config.threshold_sampling = ThresholdSampling::PerSample;
  config.annealing = Annealing::PerSample;
  auto draw = draw_latent(config, Code::Image, {1, 2, 3}, {10, 20, 30}, kShape);
  EXPECT_EQ(draw.q.size(), 3u);
  for (std::int64_t n = 0; n < 3; ++n)
    EXPECT_EQ(draw.ranks[n].item<std::int64_t>(), std::int64_t(144 * draw.q[size_t(n)]));
  EXPECT_NE(draw.q[0], draw.q[1]);
  EXPECT_EQ(draw.soft_u.sizes(), (std::vector<std::int64_t>{3, 1}));
  config.annealing = Annealing::PerBatch;
  draw = draw_latent(config, Code::Image, {1, 2, 3}, {10, 20, 30}, kShape);
  EXPECT_EQ(draw.soft_u.numel(), 1);
}

}  // namespace
}  // namespace tandem::augment
