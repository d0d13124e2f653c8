#pragma once
#include <cstdint>
#include <vector>

#include "base/array.h"
#include "plot/canvas.h"

namespace tandem::plot {

/// The border of a class in a label map: closed loops along the pixels' edges, in pixels from the upper left
/// corner of the map (pixel (r, c) covers x in [c, c+1], y in [r, r+1]). The class lies to the right of a
/// loop's way, so that outer borders run clockwise on the sheet and holes the other way; pixels that touch at
/// a corner only are apart. Only corners are kept.
std::vector<std::vector<Point>> class_borders(const Image<std::uint8_t>& labels, std::uint8_t klass);

}  // namespace tandem::plot
