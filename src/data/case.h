#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/array.h"

namespace tandem::data {

/// Class codes of every label volume in this project (the order of `label_names` in a data set file).
enum Label : std::uint8_t { kBackground = 0, kLV = 1, kMYO = 2, kRV = 3 };
inline constexpr int kClassCount = 4;
inline const std::vector<std::string> kLabelNames = {"background", "LV", "MYO", "RV"};

/// What leads back from a preprocessed volume to the file it came from.
struct OriginalGrid {
  std::array<std::int64_t, 3> shape = {};  ///< slices, rows, columns of the file
  std::array<double, 3> spacing_mm = {};   ///< z, y, x of the file (from pixdim)
  std::array<double, 16> affine = {};  ///< voxel (i,j,k) to mm, row-major 4 x 4, as used when writing back
};

/// One patient at one frame (ED or ES), preprocessed.
struct Case {
  std::string id;       ///< unique in its file, "patient001_ED"; corrupted copies "patient001_ED_c0"
  std::string patient;  ///< "patient001"
  std::string frame;    ///< "ED" or "ES"
  std::string group, vendor, centre;      ///< as far as known, else ""
  std::array<double, 3> spacing_mm = {};  ///< z, y, x after preprocessing
  OriginalGrid original;
  std::string source_sha256_image, source_sha256_label;
  std::string corruption;             ///< "" | bias | ghosting | motion | spike
  std::string corruption_parameters;  ///< JSON of the drawn parameters, "" if none

  Volume<float> image;                        ///< [D,H,W], intensities in [0,1]
  std::optional<Volume<std::uint8_t>> label;  ///< [D,H,W], classes of Label
};

}  // namespace tandem::data
