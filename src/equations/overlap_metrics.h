#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace tandem::equations {

/// Voxel counts of one class: in the label, in the prediction, in both.
struct OverlapCounts {
  std::int64_t label = 0, prediction = 0, both = 0;
};

/// Counts one class over two label maps of equal size.
OverlapCounts count_overlap(std::span<const std::uint8_t> label, std::span<const std::uint8_t> prediction,
                            std::uint8_t klass);

/// Dice = 2 |A and B| / (|A| + |B|); both empty: 0, as in the evaluation behind [chen2021] Table 1.
double dice(const OverlapCounts& counts);

/// Intersection over union (Jaccard) of one class; both empty: 0, as for Dice.
double iou(const OverlapCounts& counts);

/// 4 x 4 confusion counts, [label][prediction]; add up over slices, cases and ranks before taking scores.
using Confusion = std::array<std::array<std::int64_t, 4>, 4>;

void add_confusion(Confusion& counts, std::span<const std::uint8_t> label,
                   std::span<const std::uint8_t> prediction);

/// Mean over the 4 classes, background included, of diag / (row + column - diag); classes that never occur
/// are skipped. The score that selects models in the official code.
double mean_iou(const Confusion& counts);

}  // namespace tandem::equations
