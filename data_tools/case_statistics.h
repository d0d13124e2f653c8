#pragma once
#include <array>
#include <cstdint>

#include "data/case.h"

namespace tandem::data_tools {

/// What a volume holds, in numbers.
struct CaseStatistics {
  float minimum = 0, maximum = 0;  ///< of the finite voxels
  double mean = 0;
  std::int64_t not_finite = 0;
  bool has_label = false;
  std::array<std::int64_t, data::kClassCount> voxels = {};  ///< per class
  std::int64_t unknown_labels = 0;                          ///< voxels with a code above 3
  std::int64_t labelled_slices = 0;
  /// Neighbour pairs in plane (4-neighbourhood) of an LV pixel and another class, by that class.
  std::array<std::int64_t, data::kClassCount> lv_neighbours = {};

  /// Volume of a class in ml.
  double millilitres(data::Label label, const std::array<double, 3>& spacing_mm) const {
    return double(voxels[label]) * spacing_mm[0] * spacing_mm[1] * spacing_mm[2] / 1000;
  }
};

CaseStatistics case_statistics(const data::Case& c);

}  // namespace tandem::data_tools
