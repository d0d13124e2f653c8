#include "report/html.h"

#include <fmt/format.h>

#include <algorithm>

namespace tandem::report {
namespace {

std::string html_cell(const SheetCell& cell) {
  const auto text = html(cell.text);
  std::string out = cell.bold ? "<b>" + text + "</b>" : text;
  if (!cell.rest.empty()) out += "<span class=\"rest\">" + html(cell.rest) + "</span>";
  return out;
}

/// Whether a column holds words that may be broken into lines, unlike numbers.
bool is_prose(const Sheet& sheet, size_t column) {
  return std::ranges::any_of(sheet.rows, [&](const auto& row) { return row[column].text.size() > 24; });
}

/// A line of provenance; one that names very many runs is folded.
std::string provenance_line(const std::string& line) {
  constexpr size_t kLongest = 1500;
  const auto shown = fmt::format("<p>{}</p>\n", html(line));
  if (line.size() <= kLongest) return shown;
  const auto items = std::ranges::count(line, ';') + 1;
  return fmt::format("<details><summary>{}: {} of them</summary>{}</details>\n",
                     html(line.substr(0, line.find(':'))), items, shown);
}

}  // namespace

std::string html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if ((unsigned char)c < 0x20 && c != '\n' && c != '\t')
      out += "\uFFFD";
    else
      out += c;
  }
  return out;
}

std::string html_table(const Sheet& sheet) {
  std::string out = "<table>\n<thead>\n<tr>";
  std::vector<const char*> cells;  // by column
  for (size_t i = 0; i < sheet.header.size(); ++i) {
    const bool prose = is_prose(sheet, i);
    cells.push_back(i == 0 ? "<th scope=\"row\">" : prose ? "<td class=\"text\">" : "<td>");
    out += sheet.header[i].empty() ? "<td>"
           : prose                 ? "<th scope=\"col\" class=\"text\">"
                                   : "<th scope=\"col\">";
    out += html(sheet.header[i]) + (sheet.header[i].empty() ? "</td>" : "</th>");
  }
  out += "</tr>\n</thead>\n<tbody>\n";
  for (const auto& row : sheet.rows) {
    out += "<tr>";
    for (size_t i = 0; i < row.size(); ++i)
      out += cells[i] + html_cell(row[i]) + (i == 0 ? "</th>" : "</td>");
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n";
}

std::string html_foot(const Sheet& sheet) {
  std::string out;
  if (!sheet.caption.empty()) out += fmt::format("<p>{}</p>\n", html(sheet.caption));
  std::string legend = sheet.legend;
  if (const auto at = legend.find("{best}"); at != std::string::npos) legend.replace(at, 6, "bold:");
  if (!legend.empty()) out += fmt::format("<p>{}</p>\n", html(legend));
  if (!sheet.notes.empty()) out += "<p>Notes:</p>\n<ul>\n";
  for (const auto& note : sheet.notes) out += fmt::format("<li>{}</li>\n", html(note));
  if (!sheet.notes.empty()) out += "</ul>\n";
  out += "<div class=\"provenance\">\n";
  for (const auto& line : sheet.provenance) out += provenance_line(line);
  return out + "</div>\n";
}

}  // namespace tandem::report
