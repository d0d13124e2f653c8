#include "report/sheet.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "report/columns.h"
#include "report/html.h"

namespace tandem::report {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

std::string legend_with(const Sheet& sheet, std::string_view sign) {
  return replaced(sheet.legend, "{best}", sign);
}

std::string markdown_line(const std::vector<std::string>& fields) {
  std::string line = "|";
  for (const auto& field : fields) line += " " + replaced(field, "|", "\\|") + " |";
  return line + "\n";
}

/// Text for LaTeX: its special characters, and the signs that tables of this program use.
std::string latex(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> kSigns[] = {{"\\", "\\textbackslash{}"},
                                                                             {"&", "\\&"},
                                                                             {"%", "\\%"},
                                                                             {"$", "\\$"},
                                                                             {"#", "\\#"},
                                                                             {"_", "\\_"},
                                                                             {"{", "\\{"},
                                                                             {"}", "\\}"},
                                                                             {"~", "\\textasciitilde{}"},
                                                                             {"^", "\\textasciicircum{}"},
                                                                             {"<", "$<$"},
                                                                             {">", "$>$"},
                                                                             {"±", "$\\pm$"},
                                                                             {"−", "$-$"},
                                                                             {"×", "$\\times$"},
                                                                             {"·", "$\\cdot$"}};
  static constexpr std::string_view kHat = "\u0302";  // combining, after its letter
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (text.substr(i + 1, kHat.size()) == kHat) {
      out += fmt::format("$\\hat{{{}}}$", text[i]);
      i += 1 + kHat.size();
      continue;
    }
    size_t taken = 1;
    std::string_view with = text.substr(i, 1);
    for (const auto& [sign, replacement] : kSigns)
      if (text.substr(i, sign.size()) == sign) with = replacement, taken = sign.size();
    out += with;
    i += taken;
  }
  return out;
}

constexpr const char* kStyle =
    "body{font-family:system-ui,sans-serif;margin:2em auto;max-width:75em;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;border-top:2px solid;border-bottom:2px solid}"
    "thead th,thead td{border-bottom:1px solid}th,td{padding:.3em .8em;text-align:right;white-space:nowrap}"
    "th:first-child{text-align:left;font-weight:normal}"
    ".provenance{font-family:monospace;font-size:.85em;color:#555;overflow-wrap:anywhere}";

}  // namespace

std::string sheet_text(const Sheet& sheet) {
  std::vector<std::vector<std::string>> lines = {sheet.header};
  for (const auto& row : sheet.rows) {
    lines.emplace_back();
    for (const auto& cell : row) lines.back().push_back(cell.text + (cell.bold ? "*" : "") + cell.rest);
  }
  std::string out = sheet.title + "\n\n" + align_columns(lines) + "\n";
  if (!sheet.caption.empty()) out += sheet.caption + "\n";
  if (!sheet.legend.empty()) out += legend_with(sheet, "*") + "\n";
  for (const auto& note : sheet.notes) out += "note: " + note + "\n";
  for (const auto& line : sheet.provenance) out += line + "\n";
  return out;
}

std::string sheet_markdown(const Sheet& sheet) {
  std::string out;
  for (const auto& line : sheet.provenance)
    out += fmt::format("<!-- {} -->\n", replaced(line, "--", "- -"));  // "--" may not stand in a comment
  out += fmt::format("\n# {}\n\n", sheet.title) + markdown_line(sheet.header) + "|";
  for (size_t i = 0; i < sheet.header.size(); ++i) out += "---|";
  out += "\n";
  for (const auto& row : sheet.rows) {
    std::vector<std::string> fields;
    for (const auto& cell : row)
      fields.push_back((cell.bold ? "**" + cell.text + "**" : cell.text) + cell.rest);
    out += markdown_line(fields);
  }
  if (!sheet.caption.empty()) out += "\n" + sheet.caption + "\n";
  if (!sheet.legend.empty()) out += "\n" + legend_with(sheet, "bold:") + "\n";
  if (!sheet.notes.empty()) out += "\nNotes:\n\n";
  for (const auto& note : sheet.notes) out += "- " + note + "\n";
  return out;
}

std::string sheet_latex(const Sheet& sheet) {
  std::string out;
  for (const auto& line : sheet.provenance) out += "% " + replaced(line, "\n", " ") + "\n";
  std::string caption = latex(sheet.title) + ".";
  if (!sheet.caption.empty()) caption += " " + latex(sheet.caption);
  if (!sheet.legend.empty()) caption += " " + latex(legend_with(sheet, "bold:")) + ".";
  out += fmt::format(
      "\\begin{{table}}\n  \\centering\n  \\caption{{{}}}\n  \\begin{{tabular}}{{l{}}}\n"
      "    \\toprule\n",
      caption, std::string(sheet.header.size() - 1, 'r'));
  const auto line = [&](const std::vector<std::string>& fields) {
    return fmt::format("    {} \\\\\n", fmt::join(fields, " & "));
  };
  std::vector<std::string> header;
  for (const auto& field : sheet.header) header.push_back(latex(field));
  out += line(header) + "    \\midrule\n";
  for (const auto& row : sheet.rows) {
    std::vector<std::string> fields;
    for (const auto& cell : row)
      fields.push_back((cell.bold ? "\\textbf{" + latex(cell.text) + "}" : latex(cell.text)) +
                       latex(cell.rest));
    out += line(fields);
  }
  out += "    \\bottomrule\n  \\end{tabular}\n";
  if (!sheet.notes.empty()) out += "  \\par\\smallskip\\footnotesize\n";
  for (const auto& note : sheet.notes) out += "  " + latex(note) + ".\n";
  return out + "\\end{table}\n";
}

std::string sheet_html(const Sheet& sheet) {
  return fmt::format(
             "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{0}</title>\n"
             "<style>{1}</style>\n<h1>{0}</h1>\n",
             html(sheet.title), kStyle) +
         html_table(sheet) + html_foot(sheet) + "</html>\n";
}

std::string sheet_csv(const Sheet& sheet) {
  std::string out = csv_line(sheet.header);
  for (const auto& row : sheet.rows) {
    std::vector<std::string> fields;
    for (const auto& cell : row) fields.push_back(cell.text + cell.rest);
    out += csv_line(fields);
  }
  return out + csv_comments(sheet);
}

std::string csv_comments(const Sheet& sheet) {
  std::string out;
  for (const auto& note : sheet.notes) out += "# note: " + replaced(note, ",", ";") + "\n";
  for (const auto& line : sheet.provenance) out += "# " + replaced(line, ",", ";") + "\n";
  return out;
}

}  // namespace tandem::report
