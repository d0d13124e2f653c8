#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace tandem::data_tools {

/// Everything that is wrong with a data set file, one line each; empty if nothing is.
///
/// Schema: root and case attributes, shapes, element ranges, finite voxels, working spacing. Anatomy: all
/// classes present, LV enclosed by MYO (catches swapped label codes), LV larger at ED than at ES, one frame
/// of each kind per patient with equal slices and spacing. A file that is no data set of this version throws
/// (65).
std::vector<std::string> find_faults(const std::filesystem::path& path);

}  // namespace tandem::data_tools
