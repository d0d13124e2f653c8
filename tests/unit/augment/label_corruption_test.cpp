#include "augment/label_corruption.h"

#include <gtest/gtest.h>

#include <set>

namespace tandem::augment {
namespace {

using Label = Image<std::uint8_t>;

Label heart() {
  Label label(64, 64);
  label = equations::paint_shape(label,
                                 {.row = 30, .column = 34, .half_rows = 12, .half_columns = 12, .label = 2});
  label =
      equations::paint_shape(label, {.row = 30, .column = 34, .half_rows = 8, .half_columns = 8, .label = 1});
  return equations::paint_shape(label,
                                {.row = 30, .column = 16, .half_rows = 10, .half_columns = 5, .label = 3});
}

LabelCorruptionDraw draw(std::uint32_t sample, const Label& label = heart()) {
  RandomStream random({5, Purpose::LabelCorruption, 0, 0, sample});
  return draw_label_corruption(label, random);
}

TEST(HandMadeCorruption, UsesAllKindsAndChangesAlmostEveryMapByAPart) {
  std::set<size_t> kinds;
  int changed = 0;
  const auto label = heart();
  constexpr int kMaps = 200;
  for (std::uint32_t sample = 0; sample < kMaps; ++sample) {
    const auto steps = draw(sample, label);
    EXPECT_GE(steps.size(), 1u);
    for (const auto& step : steps) kinds.insert(step.index());
    const auto corrupted = corrupt_label(label, steps);
    std::int64_t differing = 0;
    for (size_t i = 0; i < corrupted.values.size(); ++i) {
      ASSERT_LE(corrupted.values[i], 3);
      differing += corrupted.values[i] != label.values[i];
    }
    changed += differing > 0;
    EXPECT_LT(differing, 64 * 64 / 4) << "sample " << sample;
  }
  EXPECT_EQ(kinds.size(), 3u);
  EXPECT_GT(changed, kMaps * 9 / 10);
}

TEST(HandMadeCorruption, IsTheSameForTheSameKeyAndDiffersBetweenSamples) {
  EXPECT_EQ(corrupt_label(heart(), draw(1)), corrupt_label(heart(), draw(1)));
  EXPECT_NE(corrupt_label(heart(), draw(1)), corrupt_label(heart(), draw(2)));
}

TEST(HandMadeCorruption, WorksOnSlicesWithoutAHeart) {
  const Label empty(40, 30);
  for (std::uint32_t sample = 0; sample < 50; ++sample)
    EXPECT_EQ(corrupt_label(empty, draw(sample, empty)).values.size(), empty.values.size());
}

}  // namespace
}  // namespace tandem::augment
