#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "data/case.h"

namespace tandem::test {

/// A case of given size: image values that differ everywhere, a 6 x 6 label in the middle of every slice that
/// is not named empty.
inline data::Case small_case(const std::string& patient, const std::string& frame, std::int64_t slices,
                             std::int64_t rows, std::int64_t columns,
                             const std::vector<std::int64_t>& empty = {}) {
  data::Case c;
  c.patient = patient, c.frame = frame, c.id = patient + "_" + frame;
  c.spacing_mm = {10, 1.36719, 1.36719};
  c.image = Volume<float>(slices, rows, columns);
  for (size_t i = 0; i < c.image.values.size(); ++i)
    c.image.values[i] = float((i * 7919 + c.id.size()) % 1009) / 1009;
  c.label = Volume<std::uint8_t>(slices, rows, columns);
  for (std::int64_t s = 0; s < slices; ++s) {
    if (std::find(empty.begin(), empty.end(), s) != empty.end()) continue;
    for (std::int64_t r = rows / 2 - 3; r < rows / 2 + 3; ++r)
      for (std::int64_t k = columns / 2 - 3; k < columns / 2 + 3; ++k)
        c.label->at(s, r, k) = std::uint8_t(1 + s % 3);
  }
  return c;
}

}  // namespace tandem::test
