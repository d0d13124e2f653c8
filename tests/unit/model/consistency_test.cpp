#include "equations/consistency.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tandem::equations {
namespace {

/// ((a c + b y + d x + e n) mod m) / 4 on shape (2,4,6,7): the worked example of the specification.
at::Tensor pattern(std::int64_t a, std::int64_t b, std::int64_t d, std::int64_t e, std::int64_t m) {
  auto values = at::empty({2, 4, 6, 7}, at::kDouble);
  auto v = values.accessor<double, 4>();
  for (std::int64_t n = 0; n < 2; ++n)
    for (std::int64_t c = 0; c < 4; ++c)
      for (std::int64_t y = 0; y < 6; ++y)
        for (std::int64_t x = 0; x < 7; ++x) v[n][c][y][x] = double((a * c + b * y + d * x + e * n) % m) / 4;
  return values;
}

const at::Tensor kP = pattern(3, 5, 7, 2, 11), kQ = pattern(4, 2, 3, 5, 13), kR = pattern(1, 3, 2, 7, 7);

TEST(Consistency, HasTheValuesThatAdversarialCodeHas) {
  // Printed from float32 runs.
  EXPECT_NEAR(kl_divergence(kP, kQ, 2).item<double>(), 0.634286404, 1e-7);
  EXPECT_NEAR(contour_divergence(kP, kQ, 2).item<double>(), 0.882095277, 1e-7);
  EXPECT_NEAR(probability_difference(kP, kQ, 2).item<double>(), 0.289763421, 1e-7);
  EXPECT_NEAR((kl_divergence(kP, kQ, 2) + 0.5 * contour_divergence(kP, kQ, 2)).item<double>(), 1.07533407,
              1e-7);
}

TEST(Consistency, FromTheMeanHasTheValuesThatRandomConvolutionCodeHas) {
  const auto kl = divergences_from_mean({kP, kQ, kR}, 2);
  EXPECT_NEAR(kl[0].item<double>(), 0.155669967, 5e-10);
  EXPECT_NEAR(kl[1].item<double>(), 0.170175867, 5e-10);
  EXPECT_NEAR(kl[2].item<double>(), 0.0975231451, 5e-10);
  EXPECT_NEAR(10 * kl.mean().item<double>(), 1.41122993, 5e-9);
}

TEST(Consistency, OfEqualPredictionsIsZero) {
  EXPECT_NEAR(kl_divergence(kP, kP, 2).item<double>(), 0, 1e-15);
  EXPECT_EQ(contour_divergence(kP, kP, 2).item<double>(), 0);
  EXPECT_EQ(probability_difference(kP, kP, 2).item<double>(), 0);
  EXPECT_NEAR(divergences_from_mean({kP, kP, kP}, 2).abs().max().item<double>(), 0, 1e-15);
}

TEST(Consistency, OfPartsOfABatchAddsUpToTheMeanOfAll) {
  const auto row = [](const at::Tensor& t, std::int64_t n) { return t.narrow(0, n, 1); };
  for (const auto f : {kl_divergence, contour_divergence, probability_difference})
    EXPECT_NEAR((f(row(kP, 0), row(kQ, 0), 2) + f(row(kP, 1), row(kQ, 1), 2)).item<double>(),
                f(kP, kQ, 2).item<double>(), 1e-14);
  const auto parts =
      divergences_from_mean({row(kP, 0), row(kQ, 0)}, 2) + divergences_from_mean({row(kP, 1), row(kQ, 1)}, 2);
  EXPECT_LE((parts - divergences_from_mean({kP, kQ}, 2)).abs().max().item<double>(), 1e-14);
}

TEST(Consistency, OfTheContourLeavesTheBackgroundOut) {
  const auto all_background = at::zeros({1, 2, 5, 5}, at::kDouble);
  auto edge = all_background.clone();
  edge.select(1, 0).fill_(-40);  // the foreground is certain, everywhere: edges at the border alone
  auto inner = edge.clone();
  EXPECT_GT(contour_divergence(all_background, edge, 1).item<double>(), 0);
  // The same change of both logits is none of the probabilities.
  inner += 3;
  EXPECT_NEAR(contour_divergence(edge, inner, 1).item<double>(), 0, 1e-15);
}

}  // namespace
}  // namespace tandem::equations
