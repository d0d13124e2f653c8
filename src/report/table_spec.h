#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "report/selection.h"

namespace tandem::report {

enum class Deviation { Sample, Population, None };
enum class Bold { Best, None };

/// One row: the runs of one experiment.
struct RowSpec {
  std::string label;
  std::string experiment;              ///< as in RunResult::experiment
  std::int64_t expected_runs = 1;      ///< cells made from another number of runs say so
  std::vector<double> published = {};  ///< by column, NaN = none; or empty
};

/// One column: one network on one domain, or on the unweighted mean of several.
struct ColumnSpec {
  std::string label;
  std::string network;               ///< "FTN" | "FTN+STN"
  std::vector<std::string> domains;  ///< one, or the members of an average
  Filter filter = {};                ///< which cases and classes count
  /// How strongly the data are corrupted, for curves; NaN = not stated.
  double severity = std::numeric_limits<double>::quiet_NaN();

  /// What each domain contributes.
  Selection selection(const std::string& domain) const { return {domain, network, filter}; }
};

/// What a table shows; read from TOML (results/README.md lists the keys). A file may take the rows and
/// columns of another, its `base`, and put other data sets in the place of its own.
struct TableSpec {
  std::string title, caption;
  std::string metric = "dice";
  std::int64_t digits = 4;  ///< after the decimal point
  Deviation deviation = Deviation::Sample;
  Bold bold = Bold::Best;
  std::vector<RowSpec> rows;
  std::vector<ColumnSpec> columns;

  /// The filters of all columns.
  std::set<Filter> filters() const;
};

/// Reads a specification; errors carry file:line:column, unknown keys and words the nearest known name.
TableSpec read_table_spec(const std::filesystem::path& file);

/// The same from text; origin stands for the file name in messages.
TableSpec parse_table_spec(const std::string& text, const std::string& origin);

}  // namespace tandem::report
