#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/provenance.h"
#include "report/table_spec.h"

namespace tandem::report {

/// One number of a table.
struct Cell {
  std::optional<double> mean = {};       ///< over runs; absent = missing
  std::optional<double> deviation = {};  ///< over runs; absent if not asked for or made from one run
  std::int64_t runs = 0, expected = 0;
  bool best = false;  ///< best of its column, ties included
  std::optional<double> published = {};

  /// Ours minus the published number, where both are there.
  std::optional<double> difference() const {
    return mean && published ? std::optional(*mean - *published) : std::nullopt;
  }
};

/// A table ready to be written in any format: cells[row][column] in the order of the specification.
struct Table {
  TableSpec spec;
  std::vector<std::vector<Cell>> cells = {};
  std::vector<std::string> notes = {};  ///< all that a reader must know beside the numbers, one sentence each
  Provenance provenance = {};
};

}  // namespace tandem::report
