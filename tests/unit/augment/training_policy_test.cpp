#include "augment/training_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "support/small_cases.h"

namespace tandem::augment {
namespace {

SlicePair pair_of(std::int64_t rows, std::int64_t columns) {
  const auto c = test::small_case("patient001", "ES", 1, rows, columns);
  return {c.image.slice_image(0), c.label->slice_image(0)};
}

PolicyDraw drawn(const AugmentConfig& config, std::uint32_t sample, std::int64_t rows, std::int64_t columns) {
  RandomStream random({3, Purpose::Augmentation, 0, 0, sample});
  return draw_policy(config, random, rows, columns);
}

TEST(TrainingPolicy, SlicesOfAnySizeBecomeCropsInUnitRange) {
  const AugmentConfig config;
  for (const auto& [rows, columns] : {std::pair{256, 216}, {181, 225}, {213, 300}, {30, 40}})
    for (std::uint32_t i = 0; i < 8; ++i) {
      const auto out = augment(pair_of(rows, columns), drawn(config, i, rows, columns), config);
      ASSERT_EQ(out.image.values.size(), size_t(192 * 192));
      ASSERT_EQ(out.label.values.size(), size_t(192 * 192));
      const auto [low, high] = std::minmax_element(out.image.values.begin(), out.image.values.end());
      EXPECT_NEAR(*low, 0, 1e-6);
      EXPECT_EQ(*high, 1);
      EXPECT_LE(*std::max_element(out.label.values.begin(), out.label.values.end()), 3);
      EXPECT_GT(std::ranges::count_if(out.label.values, [](auto l) { return l > 0; }), 9);
    }
}

TEST(TrainingPolicy, DrawsKeepTheirRangesAndRates) {
  const AugmentConfig config;
  int flips = 0, intensities = 0, elastics = 0, turns = 0;
  constexpr int kDraws = 400;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const auto d = drawn(config, i, 16, 16);
    flips += d.flip_left_right;
    intensities += d.intensity.has_value();
    turns += d.turn_degrees != 0;
    EXPECT_LE(std::abs(d.affine.angle_degrees), 15);
    EXPECT_LE(std::abs(d.affine.shift_columns), 0.1);
    EXPECT_TRUE(d.affine.zoom_rows >= 0.8 && d.affine.zoom_rows <= 1.1);
    EXPECT_EQ(std::fmod(d.turn_degrees, 45), 0);
    EXPECT_LT(d.turn_degrees, 360);
    if (!d.elastic) continue;
    ++elastics;
    EXPECT_TRUE(d.elastic->sigma >= 0.075 && d.elastic->sigma <= 0.15);
    EXPECT_TRUE(d.elastic->alpha >= 1.5 && d.elastic->alpha <= 2.0);
    EXPECT_EQ(d.elastic->noise_rows.rows, 224);
    EXPECT_NE(d.elastic->noise_rows, d.elastic->noise_columns);
  }
  EXPECT_NEAR(flips, 0.2 * kDraws, 35);
  EXPECT_NEAR(intensities, 0.5 * kDraws, 45);
  EXPECT_NEAR(elastics, 0.5 * kDraws, 45);
  EXPECT_NEAR(turns, 0.875 * kDraws, 30);
}

TEST(TrainingPolicy, WithoutAnyChangeItIsThePlainPair) {
  AugmentConfig config;
  config.pad = config.crop = 32;
  const auto pair = pair_of(40, 36);
  EXPECT_EQ(augment(pair, PolicyDraw{}, config).label, plain_pair(pair, config).label);
  const auto same = augment(pair, PolicyDraw{}, config), plain = plain_pair(pair, config);
  for (size_t i = 0; i < plain.image.values.size(); ++i)
    EXPECT_NEAR(same.image.values[i], plain.image.values[i], 1e-5);
}

TEST(TrainingPolicy, OriginalKeepsItsIntensities) {
  AugmentConfig config;
  config.pad = config.crop = 32;
  auto pair = pair_of(37, 20);
  pair.label.at(2, 3) = 9;
  const auto out = original_pair(pair, config);
  EXPECT_EQ(out.image.at(0, 6), pair.image.at(2, 0));
  EXPECT_EQ(out.image.at(0, 5), 0);
  EXPECT_EQ(out.label.at(0, 9), 0);
}

TEST(TrainingPolicy, ConfigRefusesWhatDoesNotFit) {
  AugmentConfig config;
  config.check();
  config.crop = 256;
  EXPECT_THROW(config.check(), Error);
  config = {};
  config.zoom = {1.1, 0.8};
  EXPECT_THROW(config.check(), Error);
  config = {};
  config.turn_step = 50;
  EXPECT_THROW(config.check(), Error);
}

}  // namespace
}  // namespace tandem::augment
