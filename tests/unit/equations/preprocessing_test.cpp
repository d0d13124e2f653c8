#include "equations/preprocessing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tandem::equations {
namespace {

Volume<int> counted(std::int64_t rows, std::int64_t columns) {
  Volume<int> volume(2, rows, columns);
  std::iota(volume.values.begin(), volume.values.end(), 1);
  return volume;
}

TEST(Normalisation, ConstantVolumeBecomesZero) {
  const auto out = normalise_percentiles(Volume<float>(1, 3, 3, 5.0f));
  for (const float v : out.values) EXPECT_EQ(v, 0);
}

/// A pixel by the rule itself, one at a time.
float interpolated(const Volume<float>& v, std::int64_t slice, double row, double column) {
  const auto low = [](double c) { return std::int64_t(std::floor(c)); };
  const auto at = [&](std::int64_t r, std::int64_t c) {
    return double(v.at(slice, std::min(r, v.rows - 1), std::min(c, v.columns - 1)));
  };
  const auto r = low(row), c = low(column);
  const auto along = [&](std::int64_t y) {
    return at(y, c) + (column - double(c)) * (at(y, c + 1) - at(y, c));
  };
  return float(along(r) + (row - double(r)) * (along(r + 1) - along(r)));
}

TEST(Resampling, IsTheRuleToTheLastBitOnFinerAndCoarserGrids) {
  Volume<float> volume(2, 23, 19);
  for (size_t i = 0; i < volume.values.size(); ++i) volume.values[i] = std::sin(float(i * i));
  const PlaneGrid from{23, 19, 1.5, 1.25};
  for (const PlaneGrid& to : {PlaneGrid{40, 25, 0.8, 1.0}, {9, 30, 4.1, 0.5}, {25, 8, 1.5, 2.9}}) {
    const auto out = resample_linear(volume, from, to);
    for (std::int64_t s = 0; s < 2; ++s)
      for (std::int64_t r = 0; r < to.rows; ++r)
        for (std::int64_t c = 0; c < to.columns; ++c) {
          const double row = double(r) * to.row_mm / 1.5, column = double(c) * to.column_mm / 1.25;
          const bool inside = row < 22.5 && column < 18.5;
          ASSERT_EQ(out.at(s, r, c), inside ? interpolated(volume, s, row, column) : 0.0f) << r << ' ' << c;
        }
  }
}

TEST(WorkingGrid, TakesNearlyEqualSpacingAsItIs) {
  const PlaneGrid acdc{256, 232, 1.3671875, 1.3671875};
  EXPECT_EQ(working_grid(acdc), acdc);
  const auto out = working_grid({256, 216, 1.5625, 1.5625});
  EXPECT_EQ(out.rows, 293);
  EXPECT_EQ(out.columns, 247);
  EXPECT_DOUBLE_EQ(out.row_mm, kWorkingSpacingMm);
}

TEST(Resampling, LooksOutsideBeyondHalfAPixelOnly) {
  Volume<float> volume(1, 1, 3);
  volume.values = {1, 2, 4};
  Volume<std::uint8_t> label(1, 1, 3);
  label.values = {1, 2, 3};
  const PlaneGrid from{1, 3, 1, 1}, to{1, 7, 1, 0.5};  // looks at 0, 0.5, 1, 1.5, 2, 2.5 (outside), 3
  EXPECT_EQ(resample_linear(volume, from, to).values, (std::vector<float>{1, 1.5, 2, 3, 4, 0, 0}));
  EXPECT_EQ(resample_nearest(label, from, to).values, (std::vector<std::uint8_t>{1, 2, 2, 3, 3, 0, 0}));
  const PlaneGrid finer{1, 6, 1, 0.49};  // 2.45 is inside: the edge is repeated
  EXPECT_EQ(resample_linear(volume, from, finer).values.back(), 4);
}

TEST(Resampling, RowsAndColumnsHaveTheirOwnSpacing) {
  Volume<float> volume(1, 2, 2);
  volume.values = {0, 1, 10, 11};
  const auto out = resample_linear(volume, {2, 2, 2, 1}, {3, 2, 1, 1});
  EXPECT_EQ(out.values, (std::vector<float>{0, 1, 5, 6, 10, 11}));
}

TEST(CentreCrop, StartsAtTheFloorOfHalfTheDifference) {
  EXPECT_EQ(centre_offset(10, 7), 1);
  EXPECT_EQ(centre_offset(7, 10), -2);
  EXPECT_EQ(centre_offset(7, 7), 0);
  EXPECT_EQ(centre_offset(85, 64), 10);
  const auto volume = counted(5, 4);
  const auto out = centre_crop_or_pad(volume, 2, 7);  // row offset 1, column offset -2
  EXPECT_EQ(out.at(1, 0, 2), volume.at(1, 1, 0));
  EXPECT_EQ(out.at(0, 1, 5), volume.at(0, 2, 3));
  EXPECT_EQ(out.at(0, 0, 1), 0);
  EXPECT_EQ(out.at(0, 0, 6), 0);
  EXPECT_EQ(centre_crop_or_pad(volume, 5, 4), volume);
}

TEST(CentreCrop, PasteBackRestoresEverySize) {
  for (std::int64_t rows = 1; rows < 9; ++rows)
    for (std::int64_t columns = 1; columns < 9; ++columns) {
      const auto volume = counted(rows, columns);
      for (std::int64_t size = 1; size < 9; ++size) {
        const auto back = paste_back(centre_crop_or_pad(volume, size, size), rows, columns);
        ASSERT_EQ(back.shape(), volume.shape());
        std::int64_t kept = 0;
        for (size_t i = 0; i < back.values.size(); ++i) {
          ASSERT_TRUE(back.values[i] == volume.values[i] || back.values[i] == 0);
          kept += back.values[i] != 0;
        }
        EXPECT_EQ(kept, 2 * std::min(rows, size) * std::min(columns, size));
      }
    }
}

}  // namespace
}  // namespace tandem::equations
