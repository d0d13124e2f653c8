#include "equations/affine_map.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace tandem::equations {
namespace {

Image<float> random_image(std::int64_t rows, std::int64_t columns) {
  Image<float> image(rows, columns);
  RandomStream random({5, Purpose::Test});
  for (auto& v : image.values) v = float(random.uniform());
  return image;
}

TEST(AffineMap, IdentityKeepsAllButTheLastRowAndColumn) {
  const auto image = random_image(9, 12);
  const auto out = warp_bilinear(image, affine_map({}, 9, 12), whole(image));
  for (std::int64_t r = 0; r < 9; ++r)
    for (std::int64_t c = 0; c < 12; ++c)
      EXPECT_FLOAT_EQ(out.at(r, c), image.at(std::min<std::int64_t>(r, 7), std::min<std::int64_t>(c, 10)));
}

TEST(AffineMap, NearestIdentityKeepsEverything) {
  Image<std::uint8_t> label(5, 4);
  for (size_t i = 0; i < label.values.size(); ++i) label.values[i] = std::uint8_t(i);
  EXPECT_EQ(warp_nearest(label, affine_map({}, 5, 4), whole(label)), label);
}

TEST(AffineMap, NearestRoundsHalvesToEven) {
  Image<std::uint8_t> label(1, 6);
  for (size_t i = 0; i < 6; ++i) label.values[i] = std::uint8_t(10 + i);
  AffineMap half;
  half.column = 0.5;  // columns 0.5, 1.5, ... -> 0, 2, 2, 4, 4, and 5.5 clamped to 5
  EXPECT_EQ(warp_nearest(label, half, whole(label)).values,
            (std::vector<std::uint8_t>{10, 12, 12, 14, 14, 15}));
}

TEST(AffineMap, ShiftIsAFractionOfTheSideAndZoomBelowOneMagnifies) {
  const auto shift = affine_map({.shift_rows = 0.1, .shift_columns = -0.05}, 200, 100);
  EXPECT_DOUBLE_EQ(shift.row, 20);
  EXPECT_DOUBLE_EQ(shift.column, -5);
  Image<std::uint8_t> dot(21, 21);
  for (std::int64_t r = 9; r <= 11; ++r)
    for (std::int64_t c = 9; c <= 11; ++c) dot.at(r, c) = 1;
  const auto larger =
      warp_nearest(dot, affine_map({.zoom_rows = 0.5, .zoom_columns = 0.5}, 21, 21), whole(dot));
  EXPECT_GT(std::count(larger.values.begin(), larger.values.end(), 1), 9);
}

TEST(AffineMap, WindowIsAPartOfTheWhole) {
  const auto image = random_image(20, 17);
  const auto map = affine_map({.angle_degrees = 33, .shift_rows = 0.04, .zoom_columns = 0.9}, 20, 17);
  const auto all = warp_bilinear(image, map, whole(image)), part = warp_bilinear(image, map, {3, 5, 8, 6});
  for (std::int64_t r = 0; r < 8; ++r)
    for (std::int64_t c = 0; c < 6; ++c) EXPECT_EQ(part.at(r, c), all.at(r + 3, c + 5));
}

TEST(AffineMap, RefusesAnImageWithoutNeighbours) {
  const Image<float> line(1, 8);
  EXPECT_THROW(warp_bilinear(line, {}, whole(line)), Error);
}

}  // namespace
}  // namespace tandem::equations
