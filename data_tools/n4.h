#pragma once
#include <array>
#include <string>

#include "base/array.h"

namespace tandem::data_tools {

/// Version of ITK that corrects bias fields here, "5.2.1"; empty if this program was built without it.
std::string itk_version();

/// Error (65) that names package and CMake option if this program was built without ITK.
void require_n4();

/// A scan without the smooth multiplicative field of its coils: N4 [tustison2010] by ITK on float32, as
/// SimpleITK's recipe has it: the voxels above Otsu's threshold (200 bins) are the mask, everything else is
/// the default (4 levels of at most 50 iterations). Spacing is z, y, x. The same on any number of cores.
/// Error (65) if the field cannot be found, as of a constant volume.
Volume<float> correct_bias_field(const Volume<float>& scan, const std::array<double, 3>& spacing_mm);

}  // namespace tandem::data_tools
