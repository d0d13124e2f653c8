#include "equations/elastic_map.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace tandem::equations {
namespace {

Image<double> random_image(std::int64_t rows, std::int64_t columns, std::uint32_t sample = 0) {
  Image<double> image(rows, columns);
  RandomStream random({6, Purpose::Test, 0, 0, sample});
  for (auto& v : image.values) v = random.uniform(-1, 1);
  return image;
}

Displacement<double> constant_shift(const Window& window, double rows, double columns) {
  return {window, Image<double>(window.rows, window.columns, rows),
          Image<double>(window.rows, window.columns, columns)};
}

TEST(ElasticMap, SplineInterpolatesAndFoldsAtTheBorder) {
  const auto image = random_image(11, 8);
  const auto same = warp_spline(image, constant_shift(whole(image), 0, 0));
  const auto outside =
      warp_spline(image, constant_shift(whole(image), -11, 0));  // rows -11 .. -1 are 10 .. 0
  for (std::int64_t r = 0; r < 11; ++r)
    for (std::int64_t c = 0; c < 8; ++c) {
      EXPECT_NEAR(same.at(r, c), image.at(r, c), 1e-12);
      EXPECT_NEAR(outside.at(r, c), image.at(10 - r, c), 1e-12);
    }
}

TEST(ElasticMap, LabelGoesOnBeyondTheEdge) {
  Image<std::uint8_t> label(12, 12);
  for (std::int64_t r = 0; r < 12; ++r)
    for (std::int64_t c = 0; c < 12; ++c) label.at(r, c) = c >= 9 ? 3 : c >= 6 ? 1 : 0;
  const auto out = warp_label(label, constant_shift(whole(label), 5, 5));
  for (std::int64_t r = 0; r < 12; ++r)
    for (std::int64_t c = 0; c < 12; ++c)
      EXPECT_EQ(out.at(r, c), label.at(r, std::min<std::int64_t>(c + 5, 11))) << r << " " << c;
}

TEST(ElasticMap, NarrowMarginChangesNoLabel) {
  RandomStream random({7, Purpose::Test});
  Image<std::uint8_t> label(40, 36);
  for (auto& l : label.values) l = std::uint8_t(random.chance(0.05) ? random.integer(1, 3) : 0);
  const Displacement<double> field{whole(label), smooth_noise(random_image(40, 36, 1), 4, 60, whole(label)),
                                   smooth_noise(random_image(40, 36, 2), 4, 60, whole(label))};
  Image<std::uint8_t> expected(40, 36);
  for (std::uint8_t k = 1; k <= 3; ++k) {
    const auto indicator = warp_indicator(label, k, field);
    for (size_t i = 0; i < expected.values.size(); ++i)
      if (indicator.values[i] >= 0.5) expected.values[i] = k;
  }
  EXPECT_EQ(warp_label(label, field), expected);
}

TEST(ElasticMap, CoarseSumsAreCloseToExactOnesInAnyWindow) {
  const auto noise = random_image(96, 90);
  for (const double sigma : {7.5, 13.0, 24.0}) {
    const Window window{5, 3, 70, 81};
    const auto exact = smooth_noise(noise, sigma, 1, whole(noise));
    const auto coarse = smooth_noise(noise, sigma, 1, window, smoothing_spacing(sigma));
    double power = 0, worst = 0;
    for (const double v : exact.values) power += v * v;
    const double deviation = std::sqrt(power / double(exact.values.size()));
    for (std::int64_t r = 0; r < window.rows; ++r)
      for (std::int64_t c = 0; c < window.columns; ++c)
        worst = std::max(worst, std::abs(coarse.at(r, c) - exact.at(r + 5, c + 3)));
    EXPECT_LT(worst, 5e-3 * deviation) << "sigma " << sigma;
    EXPECT_GT(deviation, 0);
  }
}

TEST(ElasticMap, SmoothingNeedsAWidth) {
  const auto noise = random_image(8, 8);
  EXPECT_THROW(smooth_noise(noise, 0, 1, whole(noise)), Error);
}

}  // namespace
}  // namespace tandem::equations
