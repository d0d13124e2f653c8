#include "data/preprocess.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/expect_error.h"

namespace tandem::data {
namespace {

/// A disc of radius 20 pixels in 64 x 80 pixels of 1.5625 mm.
Volume<std::uint8_t> disc() {
  Volume<std::uint8_t> label(3, 64, 80);
  for (std::int64_t s = 0; s < 3; ++s)
    for (std::int64_t r = 0; r < 64; ++r)
      for (std::int64_t c = 0; c < 80; ++c)
        if ((r - 30) * (r - 30) + (c - 41) * (c - 41) < 400) label.at(s, r, c) = kLV;
  return label;
}

TEST(Preprocess, LabelReturnsToTheOriginalGrid) {
  const auto label = disc();
  Volume<float> image(3, 64, 80);
  for (size_t i = 0; i < image.values.size(); ++i) image.values[i] = float(i % 97) + 100 * label.values[i];
  const OriginalGrid original{label.shape(), {10, 1.5625, 1.5625}, {}};
  const auto prepared = preprocess(image, label, original.spacing_mm);
  EXPECT_EQ(prepared.image.shape(), (std::array<std::int64_t, 3>{3, 73, 91}));
  EXPECT_EQ(prepared.image.shape(), prepared.label->shape());
  EXPECT_EQ(prepared.spacing_mm, (std::array<double, 3>{10, 1.36719, 1.36719}));
  // The working grid is finer, so that nearest neighbour there and back is the identity.
  EXPECT_EQ(to_original_grid(*prepared.label, prepared.spacing_mm, original), label);
  EXPECT_EQ(to_original_grid(prepared.image, prepared.spacing_mm, original).shape(), original.shape);
}

TEST(Preprocess, IntensitiesAreScaledBeforeResampling) {
  Volume<float> image(3, 64, 80);
  for (const std::int64_t s : {0, 2})
    for (size_t i = 0; i < 64 * 80; ++i) image.slice(s)[i] = float(i % 97);
  image.at(1, 30, 41) = 1e6F;  // far above the 98th percentile: 1 after scaling
  const auto prepared = preprocess(image, {}, {10, 1.5625, 1.5625});
  EXPECT_EQ(*std::ranges::max_element(prepared.image.values), 1.0F);
  EXPECT_EQ(*std::ranges::min_element(prepared.image.values), 0.0F);
  // Output (34, 47) lies at (29.75, 41.125) of the input. Scaled after resampling it would be 1 as well.
  EXPECT_NEAR(prepared.image.at(1, 34, 47), 0.75 * 0.875, 1e-3);
}

TEST(Preprocess, DifferentShapesAreRefused) {
  test::expect_error(
      [] {
        preprocess(Volume<float>(1, 4, 4), Volume<std::uint8_t>(1, 4, 5), {1, 1, 1});
      },
      "1x4x5");
}

}  // namespace
}  // namespace tandem::data
