#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/array.h"
#include "data/case.h"
#include "equations/preprocessing.h"

namespace tandem::data {

/// One line for people about what preprocess() does; root attribute `preprocessing` of a data set file.
inline constexpr const char* kPreprocessing =
    "intensities: 2nd to 98th percentile of the volume to [0,1]; in plane: 1.36719 mm, image linear, label "
    "nearest";

/// A volume on the working grid.
struct Preprocessed {
  Volume<float> image;                        ///< [D,H,W], in [0,1]
  std::optional<Volume<std::uint8_t>> label;  ///< [D,H,W]
  std::array<double, 3> spacing_mm = {};      ///< z, y, x
};

/// The preparation of [chen2021]: percentile normalisation of the whole volume, then in-plane resampling
/// to 1.36719 mm; slices stay as they are. `spacing_mm` is z, y, x of the file.
Preprocessed preprocess(const Volume<float>& image, const std::optional<Volume<std::uint8_t>>& label,
                        const std::array<double, 3>& spacing_mm);

/// A label map on the working grid (spacing z, y, x) back on the grid of the file it came from, nearest
/// neighbour.
Volume<std::uint8_t> to_original_grid(const Volume<std::uint8_t>& label,
                                      const std::array<double, 3>& spacing_mm, const OriginalGrid& original);

/// The same for an image, linear; intensities stay normalised.
Volume<float> to_original_grid(const Volume<float>& image, const std::array<double, 3>& spacing_mm,
                               const OriginalGrid& original);

}  // namespace tandem::data
