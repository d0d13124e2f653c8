#pragma once
#include <vector>

#include "report/run_summary.h"
#include "report/table.h"

namespace tandem::report {

/// Makes a table from runs (each given once), without reading or writing anything.
///
/// The value of a run in a column is its score on the column's domain, or the unweighted mean over the
/// domains of an average; a cell is the mean over the complete runs of the row's experiment that have a
/// value. A run that lacks one domain has no value in an average over it, and a cell without any run is
/// missing: nothing is averaged away. Provenance holds the runs that count in at least one cell; its
/// report_commit is left empty.
Table make_table(const TableSpec& spec, const std::vector<RunSummary>& runs);

}  // namespace tandem::report
