#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "base/array.h"

namespace tandem::equations {

/// Distances in mm between the surfaces of one class in two label maps, one entry per surface voxel.
///
/// Surface voxels belong to the class and have one of their 6 face neighbours outside it; beyond the array
/// counts as outside. Distances run between voxel centres. If the class is missing in either map there are no
/// distances, and every metric of them is NaN: means skip it and say how many they skipped.
struct SurfaceDistances {
  std::vector<double> prediction_to_label, label_to_prediction;
  std::int64_t label_voxels = 0, prediction_voxels = 0;  ///< on the surfaces, counted in any case
};

/// Surfaces of one class over two maps [D,H,W] of equal shape; spacing (slice, row, column) in mm.
SurfaceDistances surface_distances(const Volume<std::uint8_t>& label, const Volume<std::uint8_t>& prediction,
                                   std::uint8_t klass, const std::array<double, 3>& spacing_mm);

/// Hausdorff distance, mm: the largest distance of both directions.
double hausdorff(const SurfaceDistances& distances);

/// 95th percentile, mm, of the distances of both directions put together (as MedPy's hd95).
double hausdorff_95(const SurfaceDistances& distances);

/// The larger of the two directed 95th percentiles, mm; what other toolkits call HD95.
double hausdorff_95_larger(const SurfaceDistances& distances);

/// Average symmetric surface distance, mm: mean over the distances of both directions put together (as MedPy
/// from 0.5 on).
double assd(const SurfaceDistances& distances);

/// Mean of the two directed means, mm: what MedPy up to 0.4 called ASSD.
double assd_of_two_means(const SurfaceDistances& distances);

/// Normalised surface Dice [nikolov2021] with surface voxels as elements: the share of both surfaces that
/// lies within `tolerance_mm` of the other one.
double normalised_surface_dice(const SurfaceDistances& distances, double tolerance_mm);

}  // namespace tandem::equations
