#include "report/table_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/columns.h"

namespace tandem::report {
namespace {

/// "0.7696 ± 0.0012" between the marks for best cells, then "(2/3)" if the number of runs is not the expected
/// one.
std::string format_cell(const Cell& cell, const TableSpec& spec, const char* best_before,
                        const char* best_after) {
  if (!cell.mean) return "missing";
  std::string text = fmt::format("{:.{}f}", *cell.mean, spec.digits);
  if (cell.deviation) text += fmt::format(" ± {:.{}f}", *cell.deviation, spec.digits);
  if (cell.best) text = best_before + text + best_after;
  if (cell.runs != cell.expected) text += fmt::format(" ({}/{})", cell.runs, cell.expected);
  return text;
}

template <class Predicate>
bool any_cell(const Table& table, const Predicate& predicate) {
  return std::any_of(table.cells.begin(), table.cells.end(),
                     [&](const auto& row) { return std::any_of(row.begin(), row.end(), predicate); });
}

/// What the signs in the cells mean; only those that occur.
std::string legend(const Table& table, const char* best_sign) {
  std::vector<std::string> parts;
  if (any_cell(table, [](const Cell& c) { return c.deviation.has_value(); }))
    parts.push_back(fmt::format("± {} standard deviation over runs",
                                table.spec.deviation == Deviation::Sample ? "sample" : "population"));
  if (any_cell(table, [](const Cell& c) { return c.best; }))
    parts.push_back(fmt::format("{} best of its column", best_sign));
  if (any_cell(table, [](const Cell& c) { return c.mean && c.runs != c.expected; }))
    parts.push_back("(n/m) made from n runs where m are expected");
  return join(parts, "; ");
}

/// Provenance as three lines: runs, commits, data.
std::vector<std::string> provenance_lines(const Provenance& provenance) {
  std::vector<std::string> data;
  for (const auto& [domain, hashes] : provenance.data)
    data.push_back(fmt::format("{} {}", domain, fmt::join(hashes, " and ")));
  const auto or_none = [](const std::string& text) { return text.empty() ? std::string("none") : text; };
  std::string runs;
  for (const auto& run : provenance.runs) runs += (runs.empty() ? "" : "; ") + run;
  return {"runs: " + or_none(runs),
          fmt::format("commit: runs {}; table {}",
                      or_none(fmt::format("{}", fmt::join(provenance.run_commits, " and "))),
                      provenance.report_commit),
          "data (SHA-256): " + or_none(join(data, "; "))};
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

std::string markdown_line(const std::vector<std::string>& fields) {
  std::string line = "|";
  for (const auto& field : fields) line += " " + replaced(field, "|", "\\|") + " |";
  return line + "\n";
}

/// Header and rows; the header's first field stands over the row labels.
std::vector<std::vector<std::string>> grid(const Table& table, const char* best_before,
                                           const char* best_after) {
  std::vector<std::vector<std::string>> lines(1, {""});
  for (const auto& column : table.spec.columns) lines[0].push_back(column.label);
  for (size_t r = 0; r < table.cells.size(); ++r) {
    lines.push_back({table.spec.rows[r].label});
    for (const auto& cell : table.cells[r])
      lines.back().push_back(format_cell(cell, table.spec, best_before, best_after));
  }
  return lines;
}

}  // namespace

std::string format_text(const Table& table) {
  std::string out = table.spec.title + "\n\n" + align_columns(grid(table, "", "*")) + "\n";
  if (!table.spec.caption.empty()) out += table.spec.caption + "\n";
  if (const auto signs = legend(table, "*"); !signs.empty()) out += signs + "\n";
  for (const auto& note : table.notes) out += "note: " + note + "\n";
  for (const auto& line : provenance_lines(table.provenance)) out += line + "\n";
  return out;
}

std::string format_markdown(const Table& table) {
  std::string out;
  for (const auto& line : provenance_lines(table.provenance))
    out += fmt::format("<!-- {} -->\n", replaced(line, "--", "- -"));  // "--" may not stand in a comment
  out += fmt::format("\n# {}\n\n", table.spec.title);
  const auto lines = grid(table, "**", "**");
  out += markdown_line(lines[0]) + "|";
  for (size_t i = 0; i < lines[0].size(); ++i) out += "---|";
  out += "\n";
  for (size_t r = 1; r < lines.size(); ++r) out += markdown_line(lines[r]);
  if (!table.spec.caption.empty()) out += "\n" + table.spec.caption + "\n";
  if (const auto signs = legend(table, "bold:"); !signs.empty()) out += "\n" + signs + "\n";
  if (!table.notes.empty()) out += "\nNotes:\n\n";
  for (const auto& note : table.notes) out += "- " + note + "\n";
  return out;
}

std::string format_csv(const Table& table) {
  std::string out = csv_line({"row", "column", "mean", "deviation", "runs", "expected"});
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : "";
  };
  for (size_t r = 0; r < table.cells.size(); ++r)
    for (size_t c = 0; c < table.cells[r].size(); ++c) {
      const auto& cell = table.cells[r][c];
      out +=
          csv_line({table.spec.rows[r].label, table.spec.columns[c].label, number(cell.mean),
                    number(cell.deviation), fmt::format("{}", cell.runs), fmt::format("{}", cell.expected)});
    }
  // A reader that does not know comments sees one field per line.
  const auto comment = [&](const std::string& line) { out += "# " + replaced(line, ",", ";") + "\n"; };
  for (const auto& note : table.notes) comment("note: " + note);
  for (const auto& line : provenance_lines(table.provenance)) comment(line);
  return out;
}

}  // namespace tandem::report
