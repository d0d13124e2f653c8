#include "report/table_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/columns.h"

namespace tandem::report {
namespace {

std::string shown(double value, const TableSpec& spec) { return fmt::format("{:.{}f}", value, spec.digits); }

/// "(2/3)" if the number of runs is not the expected one, and the published number with ours minus it.
std::string what_follows(const Cell& cell, const TableSpec& spec) {
  std::string text;
  if (cell.mean && cell.runs != cell.expected) text += fmt::format(" ({}/{})", cell.runs, cell.expected);
  if (const auto difference = cell.difference())
    text += fmt::format(" [{}; {:+.{}f}]", shown(*cell.published, spec), *difference, spec.digits);
  else if (cell.published)
    text += fmt::format(" [{}]", shown(*cell.published, spec));
  return text;
}

/// "0.7696 ± 0.0012" with what follows.
SheetCell sheet_cell(const Cell& cell, const TableSpec& spec) {
  SheetCell out{"missing", false, what_follows(cell, spec)};
  if (!cell.mean) return out;
  out.text = shown(*cell.mean, spec);
  if (cell.deviation) out.text += " ± " + shown(*cell.deviation, spec);
  out.bold = cell.best;
  return out;
}

template <class Predicate>
bool any_cell(const Table& table, const Predicate& predicate) {
  return std::any_of(table.cells.begin(), table.cells.end(),
                     [&](const auto& row) { return std::any_of(row.begin(), row.end(), predicate); });
}

/// What the signs in the cells mean; only those that occur.
std::string legend(const Table& table) {
  std::vector<std::string> parts;
  if (any_cell(table, [](const Cell& c) { return c.deviation.has_value(); }))
    parts.push_back(fmt::format("± {} standard deviation over runs",
                                table.spec.deviation == Deviation::Sample ? "sample" : "population"));
  if (any_cell(table, [](const Cell& c) { return c.best; })) parts.push_back("{best} best of its column");
  if (any_cell(table, [](const Cell& c) { return c.mean && c.runs != c.expected; }))
    parts.push_back("(n/m) made from n runs where m are expected");
  if (any_cell(table, [](const Cell& c) { return c.published.has_value(); }))
    parts.push_back("[published number; ours minus it]");
  return join(parts, "; ");
}

}  // namespace

Sheet make_sheet(const Table& table) {
  Sheet sheet{.title = table.spec.title,
              .caption = table.spec.caption,
              .legend = legend(table),
              .header = {""},
              .rows = {},
              .notes = table.notes,
              .provenance = provenance_lines(table.provenance)};
  for (const auto& column : table.spec.columns) sheet.header.push_back(column.label);
  for (size_t r = 0; r < table.cells.size(); ++r) {
    sheet.rows.push_back({{table.spec.rows[r].label}});
    for (const auto& cell : table.cells[r]) sheet.rows.back().push_back(sheet_cell(cell, table.spec));
  }
  return sheet;
}

std::string format_csv(const Table& table) {
  const bool published = any_cell(table, [](const Cell& c) { return c.published.has_value(); });
  std::vector<std::string> header = {"row", "column", "mean", "deviation", "runs", "expected"};
  if (published) header.insert(header.end(), {"published", "difference"});
  std::string out = csv_line(header);
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : "";
  };
  for (size_t r = 0; r < table.cells.size(); ++r)
    for (size_t c = 0; c < table.cells[r].size(); ++c) {
      const auto& cell = table.cells[r][c];
      std::vector<std::string> fields = {
          table.spec.rows[r].label, table.spec.columns[c].label,  number(cell.mean),
          number(cell.deviation),   fmt::format("{}", cell.runs), fmt::format("{}", cell.expected)};
      if (published) fields.insert(fields.end(), {number(cell.published), number(cell.difference())});
      out += csv_line(fields);
    }
  return out + csv_comments(make_sheet(table));
}

}  // namespace tandem::report
