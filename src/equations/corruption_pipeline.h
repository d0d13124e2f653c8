#pragma once
#include "base/array.h"
#include "equations/mr_artefacts.h"

namespace tandem::equations {

/// Rows and columns to which ACDC-C crops before an artefact is applied.
inline constexpr std::int64_t kCorruptionSize = 192;

/// One ACDC-C volume from a preprocessed one [D,H,W]: crop or pad to size x size, rescale each slice to
/// [0,1], apply the artefact to the volume, rescale each slice again, put it back at its place among zeros.
/// Same shape as the source.
Volume<float> corrupt(const Volume<float>& source, const Artefact& artefact,
                      std::int64_t size = kCorruptionSize);

/// The label of a corrupted volume: the same, but for a Pose, which moves what lies in the central part and
/// leaves background outside, as corrupt() does.
Volume<std::uint8_t> label_after(const Volume<std::uint8_t>& label, const Artefact& artefact,
                                 std::int64_t size = kCorruptionSize);

/// The steps of corrupt(), apart for their tests.
namespace corruption_step {

/// Each slice to [0,1] before the artefact: gain and offset in float64, rounded, applied in float32.
/// Constant: zeros.
Volume<float> scale_slices(const Volume<float>& volume);

/// Each slice to [0,1] after it: (v - min) / (max - min + 1e-20), in float64. Constant slice: zeros.
Volume<float> rescale_slices(const Volume<float>& volume);

}  // namespace corruption_step
}  // namespace tandem::equations
