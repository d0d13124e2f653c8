#pragma once
#include <cstdint>
#include <vector>

#include "base/array.h"

namespace tandem::equations {

// Hand-made corruptions of label maps, on which a denoiser of shapes can learn without a segmentation
// network. [larrazabal2019] Sec. 2 names three kinds without their ranges: shapes added and removed,
// morphological operations, labels exchanged near borders. Label maps are [H,W] with classes 0..3.

/// A solid figure of one class. Class 0 removes, others add.
struct LabelShape {
  enum class Kind { Ellipse, Rectangle };  ///< a thin rectangle is a line
  Kind kind = Kind::Ellipse;
  double row = 0, column = 0;              ///< centre, pixels
  double half_rows = 1, half_columns = 1;  ///< before turning, pixels
  double degrees = 0;
  std::uint8_t label = 0;
};

/// Erosion or dilation of one class by a disc.
struct Morphology {
  bool dilate = false;
  std::uint8_t label = 1;
  double radius = 1;  ///< pixels
};

/// Exchange of labels between pixels near a border and a neighbour of theirs.
struct BorderSwaps {
  double reach = 2;        ///< pixels within so many of another class take part
  double probability = 0;  ///< of each
  std::uint64_t seed = 0;  ///< of the pixels' draws
};

/// [H,W] -> [H,W]: the figure's pixels take its class.
Image<std::uint8_t> paint_shape(const Image<std::uint8_t>& label, const LabelShape& shape);

/// [H,W] -> [H,W]: dilation takes every pixel within the radius of the class; erosion leaves background where
/// another class lies within the radius.
Image<std::uint8_t> erode_or_dilate(const Image<std::uint8_t>& label, const Morphology& morphology);

/// [H,W] -> [H,W]: how often a class occurs does not change.
Image<std::uint8_t> swap_near_borders(const Image<std::uint8_t>& label, const BorderSwaps& swaps);

}  // namespace tandem::equations
