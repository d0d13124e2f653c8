#include "data_tools/case_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tandem::data_tools {
namespace {

void count_neighbours(const Volume<std::uint8_t>& label, CaseStatistics& out) {
  const auto pair = [&](std::uint8_t a, std::uint8_t b) {
    if (a == b || a >= data::kClassCount || b >= data::kClassCount) return;
    if (a == data::kLV) ++out.lv_neighbours[b];
    if (b == data::kLV) ++out.lv_neighbours[a];
  };
  for (std::int64_t s = 0; s < label.slices; ++s)
    for (std::int64_t r = 0; r < label.rows; ++r)
      for (std::int64_t c = 0; c < label.columns; ++c) {
        if (r + 1 < label.rows) pair(label.at(s, r, c), label.at(s, r + 1, c));
        if (c + 1 < label.columns) pair(label.at(s, r, c), label.at(s, r, c + 1));
      }
}

}  // namespace

CaseStatistics case_statistics(const data::Case& c) {
  CaseStatistics out;
  float low = std::numeric_limits<float>::infinity(), high = -low;
  double sum = 0;
  for (const float v : c.image.values) {
    if (!std::isfinite(v)) {
      ++out.not_finite;
      continue;
    }
    low = std::min(low, v), high = std::max(high, v), sum += v;
  }
  const auto finite = std::int64_t(c.image.values.size()) - out.not_finite;
  if (finite > 0) out.minimum = low, out.maximum = high, out.mean = sum / double(finite);
  if (!c.label) return out;
  out.has_label = true;
  for (const auto v : c.label->values) ++(v < data::kClassCount ? out.voxels[v] : out.unknown_labels);
  for (std::int64_t s = 0; s < c.label->slices; ++s)
    out.labelled_slices += std::ranges::any_of(c.label->slice(s), [](std::uint8_t v) { return v != 0; });
  count_neighbours(*c.label, out);
  return out;
}

}  // namespace tandem::data_tools
