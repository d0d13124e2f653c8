#pragma once
#include "report/gather.h"
#include "report/table.h"

namespace tandem::report {

/// The table that a specification describes, with what was met on reading in its notes. The specification's
/// metric and filters must be among those gathered.
Table table_of(const TableSpec& spec, const Gathered& data);

}  // namespace tandem::report
