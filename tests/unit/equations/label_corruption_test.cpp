#include "equations/label_corruption.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::equations {
namespace {

using Label = Image<std::uint8_t>;

/// A disc of class 1 in a ring of class 2, both about (10, 12).
Label heart() {
  auto label =
      paint_shape(Label(21, 25), {.row = 10, .column = 12, .half_rows = 6, .half_columns = 6, .label = 2});
  return paint_shape(label, {.row = 10, .column = 12, .half_rows = 4, .half_columns = 4, .label = 1});
}

std::int64_t count(const Label& label, std::uint8_t k) { return std::ranges::count(label.values, k); }

TEST(LabelShapes, FillAnEllipseOrATurnedRectangle) {
  const Label empty(9, 11);
  const auto ellipse =
      paint_shape(empty, {.row = 4, .column = 5, .half_rows = 1, .half_columns = 2, .label = 3});
  EXPECT_EQ(count(ellipse, 3), 5 + 2);  // five in the row, one above and one below
  const auto line = paint_shape(empty, {.kind = LabelShape::Kind::Rectangle,
                                        .row = 4,
                                        .column = 5,
                                        .half_rows = 3,
                                        .half_columns = 0.5,
                                        .degrees = 90,
                                        .label = 1});
  EXPECT_EQ(count(line, 1), 7);
  for (std::int64_t c = 2; c <= 8; ++c) EXPECT_EQ(line.at(4, c), 1);
}

TEST(LabelShapes, OfClassZeroRemove) {
  const auto cut = paint_shape(heart(), {.row = 10, .column = 12, .half_rows = 2, .half_columns = 2});
  EXPECT_EQ(cut.at(10, 12), 0);
  EXPECT_EQ(count(cut, 2), count(heart(), 2));
  EXPECT_EQ(count(cut, 1), count(heart(), 1) - 13);
}

TEST(Morphology, DilationTakesFromOthersAndErosionLeavesBackground) {
  const auto label = heart();
  const auto larger = erode_or_dilate(label, {.dilate = true, .label = 1, .radius = 1});
  EXPECT_EQ(larger.at(10, 17), 1);
  EXPECT_EQ(larger.at(10, 18), 2);
  EXPECT_EQ(count(larger, 1) + count(larger, 2), count(label, 1) + count(label, 2));
  const auto smaller = erode_or_dilate(label, {.dilate = false, .label = 1, .radius = 1});
  EXPECT_EQ(smaller.at(10, 16), 0);
  EXPECT_EQ(smaller.at(10, 15), 1);
  EXPECT_EQ(count(smaller, 2), count(label, 2));
}

TEST(Morphology, OfAnAbsentClassChangesNothing) {
  for (const bool dilate : {true, false})
    EXPECT_EQ(erode_or_dilate(heart(), {.dilate = dilate, .label = 3, .radius = 2}), heart());
}

TEST(BorderSwaps, KeepTheSizeOfEachClassAndStayNearBorders) {
  const auto label = heart();
  const auto swapped = swap_near_borders(label, {.reach = 1, .probability = 0.5, .seed = 7});
  EXPECT_NE(swapped, label);
  for (std::uint8_t k = 0; k < 4; ++k) EXPECT_EQ(count(swapped, k), count(label, k));
  EXPECT_EQ(swapped.at(10, 12), 1);
  EXPECT_EQ(swapped.at(0, 0), 0);
  EXPECT_EQ(swapped, swap_near_borders(label, {.reach = 1, .probability = 0.5, .seed = 7}));
  EXPECT_NE(swapped, swap_near_borders(label, {.reach = 1, .probability = 0.5, .seed = 8}));
}

TEST(BorderSwaps, HappenNowhereInAUniformMap) {
  const Label empty(8, 8);
  EXPECT_EQ(swap_near_borders(empty, {.reach = 3, .probability = 1, .seed = 1}), empty);
}

}  // namespace
}  // namespace tandem::equations
