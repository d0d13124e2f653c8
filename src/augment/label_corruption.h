#pragma once
#include <variant>
#include <vector>

#include "base/random.h"
#include "equations/label_corruption.h"

namespace tandem::augment {

/// The hand-made corruption of one label map, in the order of its steps.
using LabelCorruptionDraw =
    std::vector<std::variant<equations::LabelShape, equations::Morphology, equations::BorderSwaps>>;

/// Draws a corruption of one to three kinds: up to three figures, half of them removing; one class eroded or
/// dilated by 1 to 4 pixels; labels exchanged within 3 pixels of a border. Figures lie at the heart, up to a
/// sixth of a side in size. [larrazabal2019] gives no ranges: these are ours. @param label [H,W]
LabelCorruptionDraw draw_label_corruption(const Image<std::uint8_t>& label, RandomStream& random);

/// The corrupted label map [H,W].
Image<std::uint8_t> corrupt_label(const Image<std::uint8_t>& label, const LabelCorruptionDraw& draw);

}  // namespace tandem::augment
