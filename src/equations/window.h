#pragma once
#include <cstdint>

namespace tandem::equations {

/// A rectangle of pixels [first_row, first_row + rows) x [first_column, first_column + columns).
struct Window {
  std::int64_t first_row = 0, first_column = 0, rows = 0, columns = 0;
};

}  // namespace tandem::equations
