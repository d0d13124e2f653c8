#include "equations/surface_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "equations/clinical_metrics.h"
#include "equations/distance_transform.h"

namespace tandem::equations {
namespace {

using Mask = Volume<std::uint8_t>;
constexpr std::array<double, 3> kSpacing = {8, 1.25, 1.5};

Mask random_mask(std::int64_t d, std::int64_t h, std::int64_t w, double share, std::uint32_t sample) {
  RandomStream random({.seed = 7, .sample = sample});
  Mask mask(d, h, w);
  for (auto& v : mask.values) v = random.chance(share);
  return mask;
}

/// Looks at every set voxel.
double nearest_squared(const Mask& set, std::int64_t s, std::int64_t r, std::int64_t c) {
  double best = std::numeric_limits<double>::infinity();
  for (std::int64_t k = 0; k < set.slices; ++k)
    for (std::int64_t j = 0; j < set.rows; ++j)
      for (std::int64_t i = 0; i < set.columns; ++i)
        if (set.at(k, j, i))
          best = std::min(best, std::pow(double(s - k) * kSpacing[0], 2) +
                                    std::pow(double(r - j) * kSpacing[1], 2) +
                                    std::pow(double(c - i) * kSpacing[2], 2));
  return best;
}

TEST(DistanceTransform, AgreesWithLookingAtEveryVoxel) {
  std::uint32_t sample = 0;
  for (const double share : {0.0, 0.005, 0.05, 0.5, 1.0})
    for (const auto& [d, h, w] : {std::tuple{1, 1, 40}, std::tuple{40, 1, 1}, std::tuple{5, 11, 17}}) {
      const auto mask = random_mask(d, h, w, share, sample++);
      const auto squared = squared_distances(mask, kSpacing);
      for (std::int64_t s = 0; s < d; ++s)
        for (std::int64_t r = 0; r < h; ++r)
          for (std::int64_t c = 0; c < w; ++c) {
            const double expected = nearest_squared(mask, s, r, c);
            if (std::isinf(expected))
              EXPECT_EQ(squared.at(s, r, c), expected);
            else
              ASSERT_NEAR(squared.at(s, r, c), expected, 1e-10) << s << " " << r << " " << c;
          }
    }
}

TEST(DistanceTransform, RefusesASpacingOfZero) {
  EXPECT_THROW(squared_distances(Mask(1, 1, 1), {8, 0, 1}), Error);
}

/// One voxel of class 1 in the label, two in the prediction: 3 mm and 8 mm away.
struct OneAndTwo {
  Mask label{4, 6, 7}, prediction{4, 6, 7};
  SurfaceDistances distances;
  OneAndTwo() {
    label.at(1, 2, 2) = 1;
    prediction.at(1, 2, 4) = 1, prediction.at(2, 2, 2) = 1;
    distances = surface_distances(label, prediction, 1, kSpacing);
  }
};

TEST(SurfaceMetrics, HandWorkedDistances) {
  const OneAndTwo c;  // prediction to label: 3, 8; label to prediction: 3
  EXPECT_EQ(c.distances.prediction_to_label, (std::vector<double>{3, 8}));
  EXPECT_EQ(c.distances.label_to_prediction, (std::vector<double>{3}));
  EXPECT_DOUBLE_EQ(hausdorff(c.distances), 8);
  EXPECT_DOUBLE_EQ(hausdorff_95(c.distances), 3 + 0.9 * 5);          // position 1.9 of 3 3 8
  EXPECT_DOUBLE_EQ(hausdorff_95_larger(c.distances), 3 + 0.95 * 5);  // position 0.95 of 3 8
  EXPECT_DOUBLE_EQ(assd(c.distances), 14.0 / 3);
  EXPECT_DOUBLE_EQ(assd_of_two_means(c.distances), (5.5 + 3) / 2);
}

TEST(SurfaceMetrics, NormalisedSurfaceDiceCountsTheToleranceItself) {
  const OneAndTwo c;
  EXPECT_DOUBLE_EQ(normalised_surface_dice(c.distances, 2.9), 0);
  EXPECT_DOUBLE_EQ(normalised_surface_dice(c.distances, 3), 2.0 / 3);
  EXPECT_DOUBLE_EQ(normalised_surface_dice(c.distances, 8), 1);
  EXPECT_THROW(normalised_surface_dice(c.distances, -1), Error);
}

TEST(SurfaceMetrics, VoxelsOnTheBorderOfTheArrayAreSurface) {
  const Mask full(3, 4, 5, 2);
  const auto distances = surface_distances(full, full, 2, kSpacing);
  EXPECT_EQ(distances.label_voxels, 60 - 1 * 2 * 3);
  EXPECT_EQ(hausdorff(distances), 0);
  EXPECT_EQ(normalised_surface_dice(distances, 0), 1);
}

TEST(SurfaceMetrics, AMissingClassHasNoDistances) {
  OneAndTwo c;
  for (const auto& distances : {surface_distances(c.label, Mask(4, 6, 7), 1, kSpacing),
                                surface_distances(Mask(4, 6, 7), Mask(4, 6, 7), 1, kSpacing)}) {
    EXPECT_TRUE(std::isnan(hausdorff(distances)) && std::isnan(hausdorff_95(distances)));
    EXPECT_TRUE(std::isnan(hausdorff_95_larger(distances)) && std::isnan(assd(distances)));
    EXPECT_TRUE(std::isnan(assd_of_two_means(distances)));
    EXPECT_TRUE(std::isnan(normalised_surface_dice(distances, 1)));
  }
  EXPECT_EQ(surface_distances(c.label, Mask(4, 6, 7), 1, kSpacing).label_voxels, 1);
}

TEST(SurfaceMetrics, RefuseMapsOfDifferentShape) {
  EXPECT_THROW(surface_distances(Mask(4, 6, 7), Mask(4, 7, 6), 1, kSpacing), Error);
}

TEST(ClinicalMetrics, HandWorkedNumbers) {
  EXPECT_DOUBLE_EQ(volume_ml(2000, {10, 1.5, 2}), 60);
  EXPECT_DOUBLE_EQ(stroke_volume(120, 50), 70);
  EXPECT_DOUBLE_EQ(ejection_fraction(120, 48), 60);
  EXPECT_TRUE(std::isnan(ejection_fraction(0, 0)));
  EXPECT_DOUBLE_EQ(myocardial_mass(100), 105);
}

}  // namespace
}  // namespace tandem::equations
