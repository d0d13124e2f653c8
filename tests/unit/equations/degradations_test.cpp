#include "equations/degradations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "equations/corruption_pipeline.h"

namespace tandem::equations {
namespace {

/// Two slices with a bright ring on a dark, uneven ground; values in [0,1].
Volume<float> rings(std::int64_t rows = 48, std::int64_t columns = 40) {
  Volume<float> out(2, rows, columns);
  for (std::int64_t s = 0; s < 2; ++s)
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < columns; ++c) {
        const double radius = std::hypot(double(r) - 22, double(c) - 18 - double(s));
        out.at(s, r, c) = radius > 5 && radius < 10 ? 0.9F : 0.1F + 0.001F * float(r + c);
      }
  return out;
}

double mean(const Volume<float>& v) {
  double sum = 0;
  for (const double x : v.values) sum += x;
  return sum / double(v.values.size());
}

double distance(const Volume<float>& a, const Volume<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.values.size(); ++i) sum += std::abs(double(a.values[i]) - double(b.values[i]));
  return sum / double(a.values.size());
}

TEST(Degradations, WithoutStrengthNothingChanges) {
  const auto x = rings();
  EXPECT_EQ(apply_artefact(x, RicianNoise{0, 7}), x);
  EXPECT_EQ(apply_artefact(x, GaussianBlur{0}), x);
  EXPECT_EQ(apply_artefact(x, Downsampling{1, 1}), x);
  EXPECT_EQ(apply_artefact(x, Downsampling{2, 1}), x);
  EXPECT_EQ(apply_artefact(x, Gamma{1}), x);
  EXPECT_EQ(apply_artefact(x, Pose{}), x);
}

TEST(Degradations, RefuseWhatMakesNoSense) {
  const auto x = rings();
  EXPECT_THROW(apply_artefact(x, RicianNoise{-0.1, 7}), Error);
  EXPECT_THROW(apply_artefact(x, GaussianBlur{-1}), Error);
  EXPECT_THROW(apply_artefact(x, Downsampling{0, 2}), Error);
  EXPECT_THROW(apply_artefact(x, Downsampling{1, 0.5}), Error);
  EXPECT_THROW(apply_artefact(x, Gamma{0}), Error);
}

TEST(RicianNoiseArtefact, HasTheMomentsOfItsDistribution) {
  // Without signal it is Rayleigh: mean s sqrt(pi/2), mean square 2 s^2; with signal the mean square is x^2 +
  // 2 s^2.
  Volume<float> x(2, 100, 100);
  std::fill(x.slice(1).begin(), x.slice(1).end(), 1.0F);  // standard deviation of the volume 0.5
  const auto y = apply_artefact(x, RicianNoise{0.4, 3});
  const double s = 0.2;
  double dark = 0, dark_square = 0, bright_square = 0;
  for (const double v : y.slice(0)) dark += v / 1e4, dark_square += v * v / 1e4;
  for (const double v : y.slice(1)) bright_square += v * v / 1e4;
  EXPECT_NEAR(dark, s * std::sqrt(M_PI / 2), 0.004);
  EXPECT_NEAR(dark_square, 2 * s * s, 0.003);
  EXPECT_NEAR(bright_square, 1 + 2 * s * s, 0.02);
  EXPECT_GE(*std::ranges::min_element(y.values), 0);
  EXPECT_EQ(apply_artefact(x, RicianNoise{0.4, 3}), y);
  EXPECT_NE(apply_artefact(x, RicianNoise{0.4, 4}), y);
}

TEST(GaussianBlurArtefact, SpreadsAPointAsAGaussian) {
  Volume<float> point(2, 31, 33);
  point.at(0, 15, 16) = 1;
  const auto y = apply_artefact(point, GaussianBlur{2});
  for (const auto& [r, c] : {std::pair{0, 0}, {1, 0}, {0, 3}, {2, 2}, {4, 1}})
    EXPECT_NEAR(y.at(0, 15 + r, 16 + c), std::exp(-(r * r + c * c) / 8.0) / (2 * M_PI * 4), 2e-5);
  EXPECT_NEAR(mean(y), mean(point), 1e-7);
  EXPECT_EQ(*std::ranges::max_element(y.slice(1)), 0) << "slices do not mix";
}

TEST(DownsamplingArtefact, KeepsStraightLinesAndItsOwnAxis) {
  // Samples every 4 pixels lie at 1.5 (read at 2), 5.5 (6), ...; between them straight lines.
  Volume<float> ramp(1, 8, 3);
  for (std::int64_t r = 0; r < 8; ++r)
    for (std::int64_t c = 0; c < 3; ++c) ramp.at(0, r, c) = float(r) + 100 * float(c);
  const auto rows = apply_artefact(ramp, Downsampling{1, 4});
  const float expected[] = {2, 2, 2.5, 3.5, 4.5, 5.5, 6, 6};
  for (std::int64_t r = 0; r < 8; ++r) EXPECT_FLOAT_EQ(rows.at(0, r, 2), 200 + expected[r]) << r;
  EXPECT_EQ(apply_artefact(ramp, Downsampling{2, 3}).at(0, 5, 0), 105) << "one sample, in the middle";
}

TEST(GammaArtefact, IsAPower) {
  Volume<float> x(1, 1, 4);
  x.values = {0, 0.25F, 1, -1e-9F};
  EXPECT_EQ(apply_artefact(x, Gamma{2}).values, (std::vector<float>{0, 0.0625F, 1, 0}));
  EXPECT_EQ(apply_artefact(x, Gamma{0.5}).values, (std::vector<float>{0, 0.5F, 1, 0}));
}

TEST(PoseArtefact, MovesImageAndLabelAlike) {
  const auto x = rings();
  const auto shifted = apply_artefact(x, Pose{0, 3, -2});
  EXPECT_EQ(shifted.at(1, 23, 18), x.at(1, 20, 20)) << "content moves down by 3, left by 2";
  EXPECT_EQ(shifted.at(1, 2, 18), 0) << "nothing was there";

  Volume<std::uint8_t> label(2, 48, 40);
  for (size_t i = 0; i < label.values.size(); ++i) label.values[i] = x.values[i] > 0.5F;
  for (const auto& pose : {Pose{90, 0, 0}, Pose{25, 4, -6}, Pose{-140, 0, 3}}) {
    const auto image = apply_artefact(x, pose);
    const auto moved = move_label(label, pose);
    int inside = 0, outside = 0;  // pixels of the class are bright, but for those cut by the ring's edge
    for (size_t i = 0; i < moved.values.size(); ++i) {
      if (moved.values[i] == 1) ++(image.values[i] > 0.5F ? inside : outside);
    }
    EXPECT_GT(inside, 350);
    EXPECT_LT(outside, 25);
  }
}

TEST(PoseArtefact, AFullTurnGivesTheImageBack) {
  const auto x = rings();
  EXPECT_LT(distance(apply_artefact(x, Pose{360, 0, 0}), x), 1e-6);
  // A quarter turn of a square slice is a permutation of its pixels.
  const auto square = rings(40, 40);
  auto turned = apply_artefact(square, Pose{90, 0, 0});
  EXPECT_NEAR(mean(turned), mean(square), 1e-6);
  for (int i = 0; i < 3; ++i) turned = apply_artefact(turned, Pose{90, 0, 0});
  EXPECT_LT(distance(turned, square), 1e-6);
}

TEST(CorruptionPipeline, OnlyAPoseMovesTheLabel) {
  Volume<std::uint8_t> label(1, 30, 30);
  label.at(0, 15, 15) = 2;
  label.at(0, 0, 0) = 1;  // outside the central part
  EXPECT_EQ(label_after(label, GaussianBlur{3}, 20), label);
  const auto moved = label_after(label, Pose{0, 2, 0}, 20);
  EXPECT_EQ(moved.at(0, 17, 15), 2);
  EXPECT_EQ(moved.at(0, 15, 15), 0);
  EXPECT_EQ(moved.at(0, 0, 0), 0) << "background, as the image is zero there";
}

}  // namespace
}  // namespace tandem::equations
