#pragma once
#include <string>
#include <vector>

namespace tandem::report {

/// One field: text, perhaps bold, and what follows it in any case.
struct SheetCell {
  std::string text;
  bool bold = false;
  std::string rest = {};
};

/// A table laid out in words, before it takes a format. "{best}" in the legend becomes the sign of bold
/// cells.
struct Sheet {
  std::string title, caption, legend;
  std::vector<std::string> header;  ///< the first field stands over the row labels
  std::vector<std::vector<SheetCell>> rows;
  std::vector<std::string> notes, provenance;  ///< one sentence, one line each
};

/// For a terminal: aligned columns, "*" after bold fields, then caption, legend, notes and provenance.
std::string sheet_text(const Sheet& sheet);

/// GitHub Markdown; the provenance stands in comments at the top.
std::string sheet_markdown(const Sheet& sheet);

/// A LaTeX table for the package booktabs; the provenance stands in comments at the top.
std::string sheet_latex(const Sheet& sheet);

/// A page of HTML that needs no other file.
std::string sheet_html(const Sheet& sheet);

/// Header and rows as shown, for programs; then comments.
std::string sheet_csv(const Sheet& sheet);

/// Notes and provenance as lines "# ..." without commas: a reader that does not know comments sees one field
/// per line.
std::string csv_comments(const Sheet& sheet);

}  // namespace tandem::report
