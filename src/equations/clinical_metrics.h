#pragma once
#include <array>
#include <cstdint>
#include <limits>

namespace tandem::equations {

/// Density of heart muscle, g/ml.
inline constexpr double kMyocardiumDensity = 1.05;

/// Volume in ml of a number of voxels with a spacing in mm.
inline double volume_ml(std::int64_t voxels, const std::array<double, 3>& spacing_mm) {
  return double(voxels) * (spacing_mm[0] * spacing_mm[1] * spacing_mm[2]) / 1000;
}

/// What a ventricle throws out per beat, ml, from its volumes at ED and ES.
inline double stroke_volume(double ed_ml, double es_ml) { return ed_ml - es_ml; }

/// Ejection fraction, percent of the volume at ED; NaN if that is 0.
inline double ejection_fraction(double ed_ml, double es_ml) {
  return ed_ml == 0 ? std::numeric_limits<double>::quiet_NaN() : 100 * (ed_ml - es_ml) / ed_ml;
}

/// Mass of the myocardium in g from its volume at ED.
inline double myocardial_mass(double ed_ml) { return kMyocardiumDensity * ed_ml; }

}  // namespace tandem::equations
