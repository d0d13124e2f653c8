#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "equations/losses.h"

namespace tandem::equations {
namespace {

TEST(CrossEntropy, OfEqualLogitsIsTheLogarithmOfTheNumberOfClasses) {
  const auto logits = at::zeros({2, 4, 3, 3}, at::kDouble);
  EXPECT_NEAR(cross_entropy(logits, at::zeros({2, 3, 3}, at::kLong), 2).item<double>(), std::log(4.0), 1e-14);
}

TEST(ReconstructionLoss, IsWeightTimesMeanSquare) {
  const auto a = at::full({1, 1, 2, 2}, 3.0, at::kDouble), b = at::full({1, 1, 2, 2}, 1.0, at::kDouble);
  EXPECT_DOUBLE_EQ(reconstruction_loss(a, b, 0.5, a.size(0)).item<double>(), 2.0);
}

TEST(NoisyInput, IsClampedOnlyWhenAsked) {
  const auto x = at::ones({1, 1, 1, 1}, at::kDouble), n = at::full({1, 1, 1, 1}, 2.0, at::kDouble);
  EXPECT_DOUBLE_EQ(noisy_input(x, n, 0.05, true).item<double>(), 1.0);
  EXPECT_DOUBLE_EQ(noisy_input(x, n, 0.05, false).item<double>(), 1.1);
}

TEST(EntropyMap, IsTwoBitsForFourEqualClassesAndNearZeroForACertainOne) {
  const auto equal = entropy_map(at::zeros({1, 4, 1, 1}, at::kDouble), 2.0);
  EXPECT_EQ(equal.sizes(), (std::vector<std::int64_t>{1, 1, 1}));
  EXPECT_NEAR(equal.item<double>(), 2.0, 1e-5);
  const auto certain = entropy_map(at::tensor({100.0, 0.0, 0.0, 0.0}).view({1, 4, 1, 1}), 2.0);
  EXPECT_NEAR(certain.item<double>(), 0.0, 1e-5);
}

}  // namespace
}  // namespace tandem::equations
