#pragma once
#include <string>

#include "report/sheet.h"
#include "report/table.h"

namespace tandem::report {

/// The table in words: labels, numbers, what the signs mean, notes, provenance.
Sheet make_sheet(const Table& table);

/// For programs: row,column,mean,deviation,runs,expected (and published,difference where the
/// specification has published numbers) with full precision and empty fields for what is
/// missing; then comment lines ("# ...", without commas) with notes and provenance.
std::string format_csv(const Table& table);

}  // namespace tandem::report
