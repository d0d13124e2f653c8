#include "equations/intensity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace tandem::equations {
namespace {

/// Pixel (r, c) holds 1000 r + c + 1.
Image<float> numbered(std::int64_t rows, std::int64_t columns) {
  Image<float> image(rows, columns);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) image.at(r, c) = float(1000 * r + c + 1);
  return image;
}

TEST(Intensity, CropsDifferByOnePixelWhenTheSurplusIsOdd) {
  EXPECT_EQ(crop_centre(numbered(225, 224), 192).at(0, 0), 1000 * 17 + 16 + 1);
  EXPECT_EQ(crop_or_pad_zero(numbered(225, 224), 192).at(0, 0), 1000 * 16 + 16 + 1);
  EXPECT_EQ(crop_or_pad_zero(numbered(213, 192), 192).at(0, 0), 1000 * 10 + 1);
}

TEST(Intensity, SmallOriginalIsPaddedWithZeros) {
  const auto out = crop_or_pad_zero(numbered(181, 192), 192);
  EXPECT_EQ(out.at(5, 100), 0);
  EXPECT_EQ(out.at(6, 0), 1);
  EXPECT_EQ(out.at(186, 0), 180001);
  EXPECT_EQ(out.at(187, 0), 0);
}

TEST(Intensity, CropNeverInventsPixels) { EXPECT_THROW(crop_centre(numbered(10, 9), 10), Error); }

TEST(Intensity, PaddingPutsTheOddPixelBefore) {
  const auto out = pad_with_minimum(numbered(3, 4), 6);
  EXPECT_EQ(out.rows, 6);
  EXPECT_EQ(out.at(2, 1), 1);  // the image's first pixel: two rows before, one after; one column on each side
  EXPECT_EQ(out.at(1, 2), 2);  // the column's minimum
  EXPECT_EQ(out.at(3, 0), 1001);  // the row's minimum
  EXPECT_EQ(out.at(0, 5), 1);     // the new row's minimum
  EXPECT_EQ(pad_with_minimum(numbered(7, 8), 6), numbered(7, 8));
}

TEST(Intensity, FlipsReverseOneAxis) {
  auto image = numbered(3, 4);
  flip_left_right(image);
  EXPECT_EQ(image.at(2, 0), 2004);
  flip_up_down(image);
  EXPECT_EQ(image.at(0, 0), 2004);
  EXPECT_EQ(image.at(1, 0), 1004);
}

TEST(Intensity, BrightnessStaysInsideTheOldRange) {
  Image<float> image(1, 3);
  image.values = {0.2F, 0.5F, 0.9F};
  change_brightness(image, 1.2, 0.1);
  EXPECT_FLOAT_EQ(image.values[0], 0.34F);
  EXPECT_FLOAT_EQ(image.values[1], 0.7F);
  EXPECT_FLOAT_EQ(image.values[2], 0.9F);
}

TEST(Intensity, MinMaxOfAConstantImageIsFiniteAndInRange) {
  Image<float> constant(4, 4, 0.37F);
  scale_min_max(constant);
  for (const float v : constant.values) EXPECT_EQ(v, 1);
  Image<float> nearly(1, 2);
  nearly.values = {0.37F, std::nextafter(0.37F, 1.0F)};
  scale_min_max(nearly);
  EXPECT_GE(nearly.values[0], 0);
  EXPECT_EQ(nearly.values[1], 1);
  auto ramp = numbered(5, 5);
  scale_min_max(ramp);
  EXPECT_NEAR(ramp.at(0, 0), 0, 1e-6);
  EXPECT_EQ(ramp.at(4, 4), 1);
}

}  // namespace
}  // namespace tandem::equations
