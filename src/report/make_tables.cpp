#include "report/make_tables.h"

#include <fmt/format.h>

#include "base/build_info.h"
#include "report/aggregate.h"

namespace tandem::report {

Table table_of(const TableSpec& spec, const Gathered& data) {
  const auto& runs = data.summaries.at(spec.metric);
  Table table = make_table(spec, runs);
  table.notes.insert(table.notes.end(), data.warnings.begin(), data.warnings.end());
  if (runs.size() < data.files)
    table.notes.push_back(
        fmt::format("{} of {} result files left out", data.files - runs.size(), data.files));
  table.provenance.report_commit = build_info::kCommit;
  return table;
}

}  // namespace tandem::report
