#include "report/aggregate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "equations/statistics.h"
#include "records/metrics.h"
#include "report/table_notes.h"

namespace tandem::report {
namespace {

std::optional<double> value_of(const RunSummary& run, const ColumnSpec& column) {
  std::vector<double> values;
  for (const auto& domain : column.domains) {
    const auto* score = run.find(column.selection(domain));
    if (!score || !score->value) return std::nullopt;
    values.push_back(*score->value);
  }
  return equations::mean(values);
}

Cell make_cell(const std::vector<double>& values, std::int64_t expected, Deviation deviation) {
  Cell cell{.runs = std::int64_t(values.size()), .expected = expected};
  if (values.empty()) return cell;
  cell.mean = equations::mean(values);
  if (values.size() < 2) return cell;  // one run says nothing about the spread
  if (deviation == Deviation::Sample) cell.deviation = equations::sample_deviation(values);
  if (deviation == Deviation::Population) cell.deviation = equations::population_deviation(values);
  return cell;
}

/// Marks the best cell of each column, highest or lowest by the metric; cells that print alike are ties. A
/// lone number is not marked.
void mark_best(Table& table) {
  const bool low = records::better_of(table.spec.metric) == records::Better::Lower;
  for (size_t c = 0; c < table.spec.columns.size(); ++c) {
    std::optional<double> best;
    size_t numbers = 0;
    for (const auto& row : table.cells) {
      if (!row[c].mean) continue;
      ++numbers;
      const double value = *row[c].mean, before = best.value_or(value);
      best = low ? std::min(before, value) : std::max(before, value);
    }
    if (numbers < 2) continue;
    const auto shown = [&](double value) { return fmt::format("{:.{}f}", value, table.spec.digits); };
    for (auto& row : table.cells) row[c].best = row[c].mean && shown(*row[c].mean) == shown(*best);
  }
}

/// Data sets of the table that a run was scored on.
std::set<std::string> domains_of(const RunSummary& run, const TableSpec& spec) {
  std::set<std::string> out;
  for (const auto& column : spec.columns)
    for (const auto& domain : column.domains)
      if (run.find(column.selection(domain))) out.insert(domain);
  return out;
}

}  // namespace

Table make_table(const TableSpec& spec, const std::vector<RunSummary>& runs) {
  Table table{.spec = spec};
  std::set<const RunSummary*> used;
  for (const auto& row : spec.rows) {
    std::vector<Cell> cells;
    for (const auto& column : spec.columns) {
      std::vector<double> values;
      for (const auto& run : runs) {
        if (run.experiment != row.experiment || !run.complete()) continue;
        const auto value = value_of(run, column);
        if (!value) continue;
        values.push_back(*value);
        used.insert(&run);
      }
      cells.push_back(make_cell(values, row.expected_runs, spec.deviation));
      if (const size_t c = cells.size() - 1; c < row.published.size() && !std::isnan(row.published[c]))
        cells.back().published = row.published[c];
    }
    table.cells.push_back(std::move(cells));
  }
  if (spec.bold == Bold::Best) mark_best(table);
  for (const auto& run : runs)
    if (used.count(&run)) add_provenance(table.provenance, run, domains_of(run, spec));
  table.notes = make_notes(spec, runs);
  return table;
}

}  // namespace tandem::report
