#include "equations/overlap_metrics.h"

#include <limits>

#include "base/error.h"

namespace tandem::equations {

OverlapCounts count_overlap(std::span<const std::uint8_t> label, std::span<const std::uint8_t> prediction,
                            std::uint8_t klass) {
  require(label.size() == prediction.size(), "label has {} voxels, prediction {}", label.size(),
          prediction.size());
  OverlapCounts counts;
  for (size_t i = 0; i < label.size(); ++i) {
    const bool a = label[i] == klass, b = prediction[i] == klass;
    counts.label += a, counts.prediction += b, counts.both += a && b;
  }
  return counts;
}

double dice(const OverlapCounts& counts) {
  const auto sum = counts.label + counts.prediction;
  return sum == 0 ? 0.0 : 2.0 * double(counts.both) / double(sum);
}

double iou(const OverlapCounts& counts) {
  const auto united = counts.label + counts.prediction - counts.both;
  return united == 0 ? 0.0 : double(counts.both) / double(united);
}

void add_confusion(Confusion& counts, std::span<const std::uint8_t> label,
                   std::span<const std::uint8_t> prediction) {
  require(label.size() == prediction.size(), "label has {} voxels, prediction {}", label.size(),
          prediction.size());
  for (size_t i = 0; i < label.size(); ++i) ++counts.at(label[i]).at(prediction[i]);
}

double mean_iou(const Confusion& counts) {
  double sum = 0;
  int present = 0;
  for (size_t k = 0; k < 4; ++k) {
    std::int64_t row = 0, column = 0;
    for (size_t j = 0; j < 4; ++j) row += counts[k][j], column += counts[j][k];
    const auto united = row + column - counts[k][k];
    if (united == 0) continue;
    sum += double(counts[k][k]) / double(united);
    ++present;
  }
  return present == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / present;
}

}  // namespace tandem::equations
