#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "report/run_summary.h"

namespace tandem::report {

/// Where the numbers of a table come from.
struct Provenance {
  std::vector<std::string> runs;      ///< "proposed/1f3a9c02 (seed 0, cval 1)", used ones only
  std::set<std::string> run_commits;  ///< of the programs that made the runs
  std::string report_commit;          ///< of the program that made the table
  std::map<std::string, std::set<std::string>> data;  ///< domain -> first 12 hexadecimal digits of SHA-256
};

/// Adds a run and the data sets that it was scored on.
void add_provenance(Provenance& provenance, const RunSummary& run, const std::set<std::string>& domains);

/// Three lines: runs, commits, data.
std::vector<std::string> provenance_lines(const Provenance& provenance);

}  // namespace tandem::report
