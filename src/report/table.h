#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "report/table_spec.h"

namespace tandem::report {

/// One number of a table.
struct Cell {
  std::optional<double> mean = {};       ///< over runs; absent = missing
  std::optional<double> deviation = {};  ///< over runs; absent if not asked for or made from one run
  std::int64_t runs = 0, expected = 0;
  bool best = false;  ///< highest of its column, ties included
};

/// Where the numbers of a table come from.
struct Provenance {
  std::vector<std::string> runs;      ///< "proposed/1f3a9c02 (seed 0, cval 1)", used ones only
  std::set<std::string> run_commits;  ///< of the programs that made the runs
  std::string report_commit;          ///< of the program that made the table
  std::map<std::string, std::set<std::string>> data;  ///< domain -> first 12 hexadecimal digits of SHA-256
};

/// A table ready to be written in any format: cells[row][column] in the order of the specification.
struct Table {
  TableSpec spec;
  std::vector<std::vector<Cell>> cells = {};
  std::vector<std::string> notes = {};  ///< all that a reader must know beside the numbers, one sentence each
  Provenance provenance = {};
};

}  // namespace tandem::report
