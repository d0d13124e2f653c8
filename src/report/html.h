#pragma once
#include <string>
#include <string_view>

#include "report/sheet.h"

namespace tandem::report {

/// Text for HTML, between tags or in a quoted attribute; control characters, which HTML forbids, become the
/// replacement character.
std::string html(std::string_view text);

/// A laid-out table as one <table> with header cells that name their scope; no caption, notes or provenance.
std::string html_table(const Sheet& sheet);

/// Caption, legend, notes and provenance of a table, for below it.
std::string html_foot(const Sheet& sheet);

}  // namespace tandem::report
