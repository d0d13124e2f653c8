#include "equations/image_perturbation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "equations/bias_field.h"

namespace tandem::equations {
namespace {

/// The specification's small slice, [1,1,8,12]: ((11 j + 13 k + 5 j k) mod 32) / 32.
at::Tensor small_slice() {
  auto values = at::empty({1, 1, 8, 12}, at::kFloat);
  auto v = values.accessor<float, 4>();
  for (std::int64_t j = 0; j < 8; ++j)
    for (std::int64_t k = 0; k < 12; ++k) v[0][0][j][k] = float((11 * j + 13 * k + 5 * j * k) % 32) / 32;
  return values;
}

double at_pixel(const at::Tensor& image, std::int64_t row, std::int64_t column) {
  return image[0][0][row][column].item<double>();
}

TEST(RandomConvolution, HasTheWorkedExamplesValues) {
  const auto weight = at::tensor({1, -2, 3, -4, 5, -6, 7, -8, 9}, at::kFloat).view({1, 1, 3, 3}) / 9;
  const auto mixed = random_convolution(small_slice(), weight, 0.25);
  EXPECT_NEAR(mixed.sum().item<double>(), 25.2838545, 3e-6);
  EXPECT_NEAR(at_pixel(mixed, 0, 0), 0.247395828, 1e-7);
  EXPECT_NEAR(at_pixel(mixed, 3, 5), 0.3125, 1e-7);
  EXPECT_NEAR(at_pixel(mixed, 7, 11), 0.369791687, 1e-7);
  EXPECT_NEAR(mixed.min().item<double>(), -0.666666627, 1e-7);
  EXPECT_NEAR(mixed.max().item<double>(), 1.38541675, 1e-7);
  EXPECT_NEAR(at_pixel(scale_to_unit_range(mixed), 3, 5), 0.477157295, 1e-7);
}

TEST(RandomConvolution, OfAlphaOneIsTheImageAndEvenKernelsAreRefused) {
  const auto x = at::rand({2, 1, 8, 8}, at::kDouble);
  EXPECT_TRUE(at::equal(random_convolution(x, at::rand({1, 1, 5, 5}, at::kDouble), 1), x));
  EXPECT_THROW(random_convolution(x, at::rand({1, 1, 2, 2}, at::kDouble), 0), Error);
}

TEST(UnitRange, IsReachedByEachImageAndConstantOnesBecomeZero) {
  auto x = at::rand({3, 1, 4, 4}, at::kFloat) * 7 - 2;
  x[1].fill_(0.25);
  const auto y = scale_to_unit_range(x);
  for (const std::int64_t n : {0, 2}) {
    EXPECT_EQ(y[n].min().item<float>(), 0);
    EXPECT_EQ(y[n].max().item<float>(), 1);
  }
  EXPECT_EQ(y[1].abs().max().item<float>(), 0);
}

TEST(RangeOf, GivesEachImageTheRangeOfTheOther) {
  const auto x = at::rand({2, 1, 4, 4}, at::kDouble), like = at::rand({2, 1, 4, 4}, at::kDouble) * 3 - 1;
  const auto y = scale_to_range_of(x, like);
  for (const std::int64_t n : {0, 1}) {
    EXPECT_NEAR(y[n].min().item<double>(), like[n].min().item<double>(), 1e-14);
    EXPECT_NEAR(y[n].max().item<double>(), like[n].max().item<double>(), 1e-14);
  }
  EXPECT_LE((scale_to_range_of(x, x) - x).abs().max().item<double>(), 1e-15);
}

TEST(UnitDirection, HasLengthOnePerSampleAlsoForTinyGradients) {
  const auto g = at::randn({3, 1, 5, 5}, at::kFloat) * 1e-17;
  const auto d = unit_direction(g);
  const auto norms = d.flatten(1).norm(2, 1);
  EXPECT_LE((norms - 1).abs().max().item<double>(), 1e-3);
  EXPECT_EQ(unit_direction(at::zeros({1, 1, 2, 2}, at::kFloat)).abs().max().item<float>(), 0);
}

TEST(MultiWindow, PaintsNoiseInsideOrOutsideTheUnionOfTheWindows) {
  const auto x = at::zeros({2, 1, 8, 8}, at::kFloat), noise = at::ones({2, 1, 8, 8}, at::kFloat);
  const auto inside = window_mask({{{1, 2, 3, 4}, {2, 3, 3, 4}}, {}}, 8, 8);
  EXPECT_EQ(inside[0].sum().item<std::int64_t>(), 12 + 12 - 6);
  EXPECT_EQ(inside[1].sum().item<std::int64_t>(), 0);
  EXPECT_TRUE(at::equal(paint_inside(x, noise, inside), inside.to(at::kFloat)));
  EXPECT_TRUE(at::equal(paint_outside(x, noise, inside), (~inside).to(at::kFloat)));
}

/// The specification's control points: (5 r + 3 q) mod 16 spread over [ln 0.7, ln 1.3].
at::Tensor worked_points() {
  auto points = at::empty({1, 1, 4, 4}, at::kDouble);
  const double low = std::log(0.7), high = std::log(1.3);
  for (std::int64_t r = 0; r < 4; ++r)
    for (std::int64_t q = 0; q < 4; ++q)
      points[0][0][r][q] = low + (high - low) * double((5 * r + 3 * q) % 16) / 15;
  return points;
}

TEST(BiasField, MatrixHasTheWorkedExamplesRows) {
  const auto m = spline_matrix(192, 96, 2);
  ASSERT_EQ(m.sizes(), (std::vector<std::int64_t>{192, 4}));
  const auto expect_row = [&](std::int64_t row, const std::vector<double>& values) {
    EXPECT_LE((m[row] - at::tensor(values, at::kDouble)).abs().max().item<double>(), 6e-9) << row;
  };
  expect_row(0, {0.47920284, 0.47920284, 0.02079716, 0});
  expect_row(95, {0.02283167, 0.48888708, 0.46935583, 0.01892542});
  expect_row(191, {0, 0.02350984, 0.49211516, 0.4660735});
  EXPECT_GE(m.sum(1).min().item<double>(), 0.959);
  EXPECT_LE(m.sum(1).max().item<double>(), 1 + 1e-12);
}

TEST(BiasField, HasTheWorkedExamplesValues) {
  const auto m = spline_matrix(192, 96, 2);
  const auto b = clamped_bias_field(spline_surface(worked_points(), m, m), 0.3);
  EXPECT_NEAR(at_pixel(b, 0, 0), 0.8403711, 1e-7);
  EXPECT_NEAR(at_pixel(b, 95, 96), 0.96919445, 1e-7);
  EXPECT_NEAR(at_pixel(b, 191, 191), 0.83742819, 1e-7);
  EXPECT_NEAR(at_pixel(b, 10, 150), 1.0046054, 1e-7);
  EXPECT_NEAR(at_pixel(b, 120, 33), 1.0346, 1e-7);
  EXPECT_NEAR(b.sum().item<double>(), 35068.047, 0.01);
}

TEST(BiasField, IsClampedOrFillsTheInterval) {
  const auto m = spline_matrix(64, 32, 2);
  const auto surface = spline_surface(20 * worked_points(), m, m);
  const auto clamped = clamped_bias_field(surface, 0.3), filled = filled_bias_field(surface, 0.3);
  for (const auto& field : {clamped, filled}) {
    EXPECT_NEAR(field.min().item<double>(), 0.7, 1e-12);
    EXPECT_NEAR(field.max().item<double>(), 1.3, 1e-12);
  }
  EXPECT_GT((clamped == 1.3).sum().item<std::int64_t>(), 1);
  EXPECT_EQ((filled > 1.3 - 1e-12).sum().item<std::int64_t>(), 1);
}

TEST(BiasField, RefusesSidesThatDoNotDivide) {
  EXPECT_THROW(spline_matrix(63, 32, 2), Error);
  EXPECT_THROW(spline_matrix(64, 1, 2), Error);
}

}  // namespace
}  // namespace tandem::equations
