#pragma once
#include <optional>
#include <string>
#include <vector>

#include "h5/h5.h"
#include "report/run_summary.h"

namespace tandem::report {

/// What an aggregated file keeps of all its runs together, below /index, so that a table over thousands of
/// them need not open each.
struct ScoreIndex {
  std::map<std::string, std::vector<RunSummary>> summaries;  ///< by metric as recorded; every run in each
  std::vector<std::string> configs, environments;            ///< by run; empty if not asked for
};

/// Adds the index to an aggregated file that is being made, from the results in it. Without effect if a run
/// cannot be summarised: then each is read, and the reason said, by whoever makes a table.
void write_score_index(h5::File& file);

/// The index of a file, if it has one that knows these metrics.
/// @param texts read configurations and environments as well
std::optional<ScoreIndex> read_score_index(const h5::File& file, const std::set<std::string>& metrics,
                                           bool texts);

}  // namespace tandem::report
