#pragma once
#include <cmath>

#include "data/slice_dataset.h"

namespace tandem::bench {

/// A ring, a disc and a half-moon on a smooth ground: classes of about the size of a heart.
inline data::SlicePair heart(std::int64_t rows, std::int64_t columns) {
  data::SlicePair pair{Image<float>(rows, columns), Image<std::uint8_t>(rows, columns)};
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) {
      const double y = double(r) - 0.5 * double(rows), x = double(c) - 0.5 * double(columns);
      const double left = std::hypot(y, x), right = std::hypot(y, x + 28);
      pair.label.at(r, c) = left < 18 ? data::kLV : left < 25 ? data::kMYO : right < 26 ? data::kRV : 0;
      pair.image.at(r, c) =
          float(0.3 + 0.2 * std::sin(0.05 * y) * std::cos(0.08 * x) + 0.1 * pair.label.at(r, c));
    }
  return pair;
}

}  // namespace tandem::bench
