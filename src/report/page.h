#pragma once
#include <string>
#include <vector>

#include "report/claims.h"
#include "report/gather.h"
#include "report/sheet.h"

namespace tandem::report {

/// A figure to stand in a page: its SVG as drawn, what it shows, and the same in words for those who cannot
/// see it.
struct PageFigure {
  std::string title, caption, svg;
};

/// What a page shows beside the runs themselves.
struct PageContent {
  std::string title;
  std::vector<Sheet> tables = {};
  std::vector<PageFigure> figures = {};
  std::vector<ClaimResult> claims = {};
  std::vector<std::string> not_made = {};  ///< what is lacking, why, and which command would make it
};

/// One HTML page that needs no other file, no network and no script: tables, claims, figures, failures,
/// configuration, provenance, trials. All text of the runs is escaped. Equal input gives equal bytes.
std::string make_page(const PageContent& content, const Gathered& data);

/// SVG as one element for HTML, with ids that start with `prefix`, since those of all figures of a page share
/// one space; `title` and `caption` are what a screen reader says.
std::string inline_svg(const std::string& svg, const std::string& prefix, const std::string& title,
                       const std::string& caption);

}  // namespace tandem::report
