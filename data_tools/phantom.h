#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/visitor.h"
#include "data/case.h"

namespace tandem::data_tools {

/// How the synthetic scanner sees hearts: what differs between one domain and another.
struct PhantomDomain {
  double contrast = 1;          ///< blood against myocardium, relative to usual
  double spacing_mm = 1.36719;  ///< in plane
  double slice_distance_mm = 10;
  double resolution_mm = 2.0;   ///< full width at half maximum of the point spread, in plane
  double noise = 0.03;          ///< standard deviation of each channel, relative to blood
  double bias = 0.35;           ///< strength of coil shading: log ratio over 150 mm
  double brightness_power = 1;  ///< exponent of the stored intensity: another intensity mapping

  void describe(config::Visitor& v);
};

/// "standard", and named other scanners.
const std::vector<std::pair<std::string, PhantomDomain>>& phantom_presets();

/// End-diastolic and end-systolic case of synthetic subject `number` ("phantom001"): short-axis stacks from
/// base to apex, beyond both ends of the ventricles; images scaled to [0,1] by their 2nd and 98th
/// percentiles.
///
/// A subject's heart and chest depend on (seed, number) alone, so that two domains show the same hearts.
std::array<data::Case, 2> make_phantom(std::uint64_t seed, int number, const PhantomDomain& domain);

}  // namespace tandem::data_tools
