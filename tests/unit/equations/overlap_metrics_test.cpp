#include "equations/overlap_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/expect_error.h"

namespace tandem::equations {
namespace {

using Labels = std::vector<std::uint8_t>;

TEST(Dice, CountsWorkedByHand) {
  const Labels label = {1, 1, 1, 0, 2, 2}, prediction = {1, 1, 0, 1, 2, 0};
  const auto one = count_overlap(label, prediction, 1);
  EXPECT_EQ(one.label, 3);
  EXPECT_EQ(one.prediction, 3);
  EXPECT_EQ(one.both, 2);
  EXPECT_DOUBLE_EQ(dice(one), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(dice(count_overlap(label, prediction, 2)), 2.0 / 3.0);
}

TEST(Dice, IsSymmetricAndZeroWhenBothAreEmpty) {
  const Labels a = {1, 1, 0, 0, 1}, b = {0, 1, 1, 0, 0};
  EXPECT_DOUBLE_EQ(dice(count_overlap(a, b, 1)), dice(count_overlap(b, a, 1)));
  EXPECT_EQ(dice(count_overlap(a, b, 3)), 0);
}

TEST(IoU, FollowsFromDice) {
  EXPECT_DOUBLE_EQ(iou({.label = 3, .prediction = 3, .both = 2}), 2.0 / 4);  // Dice 2/3 = d; d / (2 - d)
  EXPECT_EQ(iou({.label = 3, .prediction = 0, .both = 0}), 0);
  EXPECT_EQ(iou({}), 0);
}

TEST(Dice, RefusesMapsOfUnequalSize) {
  test::expect_error([] { count_overlap(Labels(4), Labels(5), 1); }, "4 voxels, prediction 5");
}

TEST(MeanIoU, TakesBackgroundInAndLeavesAbsentClassesOut) {
  Confusion counts{};
  const Labels label = {0, 0, 0, 1, 1, 2}, prediction = {0, 0, 1, 1, 1, 0};
  add_confusion(counts, label, prediction);
  // background 2/4, LV 2/3, MYO 0/1, RV absent
  EXPECT_DOUBLE_EQ(mean_iou(counts), (2.0 / 4 + 2.0 / 3 + 0) / 3);
  EXPECT_TRUE(std::isnan(mean_iou(Confusion{})));
}

TEST(MeanIoU, TwoShardsGiveWhatOneGives) {
  const Labels label = {0, 1, 2, 3, 1, 0, 2, 2}, prediction = {0, 1, 1, 3, 1, 2, 2, 0};
  Confusion whole{}, shards{};
  add_confusion(whole, label, prediction);
  add_confusion(shards, std::span(label).first(3), std::span(prediction).first(3));
  add_confusion(shards, std::span(label).subspan(3), std::span(prediction).subspan(3));
  EXPECT_EQ(whole, shards);
}

}  // namespace
}  // namespace tandem::equations
