#pragma once
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/case_scores.h"
#include "report/run_summary.h"
#include "report/settings_table.h"

namespace tandem::report {

/// One trial of a sweep, or a run outside one, as a page lists it.
struct TrialLine {
  std::string label = {};               ///< "proposed/cval0", or "proposed/1f3a9c02" outside a sweep
  std::string name = {}, id = {};       ///< experiment and run id
  std::string settings = {};            ///< "split.cval = 0; ...": what the sweep set; empty outside one
  std::string state = {}, reason = {};  ///< "done", "failed", "running", "waiting", "unreadable", "stopped"
  std::string widths = {};              ///< ranks of each claim
  std::int64_t seed = 0, restarts = 0;
  double seconds = std::numeric_limits<double>::quiet_NaN();  ///< of all claims; NaN = not recorded
  std::optional<size_t> run = {};                             ///< index of its run, if it has one

  bool done() const { return state == "done"; }
};

/// Runs whose every score and learning curve are kept; beyond, only their means are.
inline constexpr size_t kMostDetailedRuns = 200;

/// How much of a run is kept: its means, or also settings, machine, learning curves and scores of cases.
enum class Detail { Means, Cases };

/// All that pages and papers are made from.
struct Gathered {
  std::vector<TrialLine> trials;
  std::map<std::string, std::vector<RunSummary>> summaries;  ///< by metric, then by run
  SettingsTable configs, environments;                       ///< by run, where asked for
  std::vector<std::string> warnings;
  size_t files = 0;  ///< result files found

  /// Whether `runs` and `details` are there: not beyond kMostDetailedRuns.
  bool detailed = true;
  std::vector<records::RunResult> runs;       ///< without scores
  std::map<std::string, LoadedRuns> details;  ///< by metric

  size_t run_count() const { return summaries.begin()->second.size(); }
};

/// Reads everything below some paths once; a run found twice counts once, as for tables. Trials come in the
/// order of the sweep's rows, runs outside sweeps after them.
Gathered gather(const std::vector<std::filesystem::path>& paths, const std::set<std::string>& metrics,
                const std::set<Filter>& filters, Detail detail = Detail::Cases);

}  // namespace tandem::report
