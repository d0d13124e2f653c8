#pragma once
#include "base/array.h"
#include "equations/mr_artefacts.h"

namespace tandem::equations {

/// Rows and columns of the window of a volume that is corrupted; the rest becomes 0.
struct CorruptionWindow {
  std::int64_t rows = 192, columns = 192;
};

/// The centre of each slice, min-maxed to [0,1]: what an artefact is applied to. [D,H,W] -> [D,rows,columns]; smaller
/// slices are padded with 0, constant ones become 0.
Volume<float> corruption_input(const Volume<float>& source, const CorruptionWindow& window = {});

/// Each slice min-maxed to exactly [0,1]; constant slices become 0.
Volume<float> rescale_slices(const Volume<float>& volume);

/// A window put back at its place in a zero volume [D,H,W] with the given rows and columns.
Volume<float> paste_window(const Volume<float>& window, std::int64_t rows, std::int64_t columns);

/// How ACDC-C is made: crop, min-max, artefact, min-max, paste. [D,H,W] -> [D,H,W]. The label stays as it is.
Volume<float> corrupt(const Volume<float>& source, const Artefact& artefact, const CorruptionWindow& window = {});

}  // namespace tandem::equations
