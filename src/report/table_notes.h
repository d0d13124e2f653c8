#pragma once
#include <string>
#include <vector>

#include "report/run_summary.h"
#include "report/table_spec.h"

namespace tandem::report {

/// What a reader must know beside the numbers of a table: runs that do not count and why, experiments and
/// domains without scores, scores that are not numbers, and runs that cannot well be compared. One sentence
/// each.
std::vector<std::string> make_notes(const TableSpec& spec, const std::vector<RunSummary>& runs);

}  // namespace tandem::report
