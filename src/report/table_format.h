#pragma once
#include <string>

#include "report/table.h"

namespace tandem::report {

/// For a terminal: aligned columns, "*" after the best numbers, then caption, legend, notes and provenance.
std::string format_text(const Table& table);

/// GitHub Markdown; the first three lines are comments that name the runs, the commits and the data.
std::string format_markdown(const Table& table);

/// For programs: row,column,mean,deviation,runs,expected with full precision and empty fields for what is
/// missing; then comment lines ("# ...", without commas) with notes and provenance.
std::string format_csv(const Table& table);

}  // namespace tandem::report
