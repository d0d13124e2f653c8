#pragma once
#include <array>
#include <cstdint>

#include "base/array.h"

namespace tandem::equations {

/// Exact squared Euclidean distance in mm^2 from every voxel centre to the nearest set (non-zero) voxel of
/// the same volume, infinite if none is set; one pass of lower envelopes of parabolas per axis, in time
/// linear in the number of voxels [felzenszwalb2012]. Spacing (slice, row, column) in mm, each above 0.
Volume<double> squared_distances(const Volume<std::uint8_t>& set, const std::array<double, 3>& spacing_mm);

}  // namespace tandem::equations
