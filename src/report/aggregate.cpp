#include "report/aggregate.h"

#include <fmt/format.h>

#include <algorithm>

#include "equations/statistics.h"
#include "report/table_notes.h"

namespace tandem::report {
namespace {

std::optional<double> value_of(const RunSummary& run, const ColumnSpec& column) {
  std::vector<double> values;
  for (const auto& domain : column.domains) {
    const auto* score = run.find(domain, column.network);
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

/// Marks the highest cell of each column; cells that print alike are ties. A lone number is not marked.
void mark_best(Table& table) {
  for (size_t c = 0; c < table.spec.columns.size(); ++c) {
    std::optional<double> best;
    size_t numbers = 0;
    for (const auto& row : table.cells) {
      if (!row[c].mean) continue;
      ++numbers;
      best = std::max(best.value_or(*row[c].mean), *row[c].mean);
    }
    if (numbers < 2) continue;
    const auto shown = [&](double value) { return fmt::format("{:.{}f}", value, table.spec.digits); };
    for (auto& row : table.cells) row[c].best = row[c].mean && shown(*row[c].mean) == shown(*best);
  }
}

void add_provenance(Provenance& provenance, const RunSummary& run, const TableSpec& spec) {
  provenance.runs.push_back(fmt::format("{} (seed {}, cval {})", run.name(), run.seed, run.cval));
  provenance.run_commits.insert(run.commit);
  for (const auto& column : spec.columns)
    for (const auto& domain : column.domains) {
      if (!run.find(domain, column.network)) continue;
      const auto hash = run.data_sha256.find(domain);
      provenance.data[domain].insert(hash == run.data_sha256.end() ? "unknown" : hash->second.substr(0, 12));
    }
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
    }
    table.cells.push_back(std::move(cells));
  }
  if (spec.bold == Bold::Best) mark_best(table);
  for (const auto& run : runs)
    if (used.count(&run)) add_provenance(table.provenance, run, spec);
  table.notes = make_notes(spec, runs);
  return table;
}

}  // namespace tandem::report
