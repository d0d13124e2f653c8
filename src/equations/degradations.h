#pragma once
#include <cstdint>

#include "base/array.h"

namespace tandem::equations {

// Corruptions beyond ACDC-C's, after ROOD-MRI [boone2023]: parameters in, volume out. Volumes are [D,H,W]
// with each slice in [0,1]. Slices are 5 to 10 mm apart but pixels 1.4 mm, so all that ROOD-MRI does along
// three axes is done within slices here.

/// Magnitude of a signal with Gaussian noise in both channels: sqrt((x + n1)^2 + n2^2).
struct RicianNoise {
  double relative_deviation = 0;  ///< of n1 and n2, in standard deviations of the volume
  std::uint64_t seed = 0;         ///< of the noise
  bool operator==(const RicianNoise&) const = default;
};

/// Convolution of each slice with a Gaussian, cut at 4 sigma, zero outside the slice.
struct GaussianBlur {
  double sigma = 0;  ///< pixels
  bool operator==(const GaussianBlur&) const = default;
};

/// Fewer samples along one axis, taken by nearest neighbour and joined again by straight lines.
struct Downsampling {
  int axis = 1;       ///< 1 row, 2 column
  double factor = 1;  ///< pixels for each sample that is left, >= 1
  bool operator==(const Downsampling&) const = default;
};

/// x^exponent: below 1 brightens and flattens, above 1 darkens.
struct Gamma {
  double exponent = 1;
  bool operator==(const Gamma&) const = default;
};

/// Another position of the patient in the slice: moves the label too.
struct Pose {
  double degrees = 0;                        ///< about the centre of the slice
  double shift_rows = 0, shift_columns = 0;  ///< pixels
  bool operator==(const Pose&) const = default;
};

/// [D,H,W] -> [D,H,W]; Error if the deviation is negative.
Volume<float> apply_artefact(const Volume<float>& volume, const RicianNoise& noise);
/// [D,H,W] -> [D,H,W]; Error if sigma is negative.
Volume<float> apply_artefact(const Volume<float>& volume, const GaussianBlur& blur);
/// [D,H,W] -> [D,H,W]; Error if the axis is neither 1 nor 2 or the factor below 1.
Volume<float> apply_artefact(const Volume<float>& volume, const Downsampling& downsampling);
/// [D,H,W] -> [D,H,W]; negative values count as 0. Error if the exponent is not positive.
Volume<float> apply_artefact(const Volume<float>& volume, const Gamma& gamma);
/// [D,H,W] -> [D,H,W], bilinear, 0 where nothing was.
Volume<float> apply_artefact(const Volume<float>& volume, const Pose& pose);

/// The label under the same change of position, nearest neighbour, background where nothing was.
Volume<std::uint8_t> move_label(const Volume<std::uint8_t>& label, const Pose& pose);

}  // namespace tandem::equations
