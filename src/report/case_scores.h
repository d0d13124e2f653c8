#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "records/run_result.h"
#include "report/provenance.h"
#include "report/run_summary.h"
#include "report/table_spec.h"

namespace tandem::report {

/// A run with every row of one metric.
struct RunRows {
  RunSummary summary;  ///< without scores
  std::vector<records::ScoreRow> rows;
};

/// Reads runs below some paths; each once, as tables do. Warnings name what was left out and why.
struct LoadedRuns {
  std::vector<RunRows> runs;
  std::vector<std::string> warnings;
};
LoadedRuns load_runs(const std::vector<std::filesystem::path>& paths, const std::string& metric);

/// Complete runs of an experiment; Error naming the experiments there are, if there is none.
std::vector<const RunRows*> runs_of(const LoadedRuns& loaded, const std::string& experiment);

/// One case ("acdc/patient007_ED") of an experiment in a column.
struct CaseScore {
  double value = 0;  ///< mean over classes, then over runs
  std::map<std::string, double> by_class;
  std::string patient, frame;
  std::int64_t runs = 0;  ///< that scored it
};
using CaseScores = std::map<std::string, CaseScore>;

/// Scores by case over the domains of a column. A case counts in a run if all classes of the metric have a
/// finite score there.
CaseScores case_scores(const std::vector<const RunRows*>& runs, const ColumnSpec& column,
                       const std::string& metric);

/// Mean over cases, each alike. Error if there are none.
double mean_of_cases(const CaseScores& cases);

/// One score for every patient of a data set and its corrupted copies ("acdc/patient007"): the mean over data
/// sets of the mean over cases there. Patients are independent of each other, cases of one are not.
CaseScores by_patient(const CaseScores& cases);

/// Where numbers made from some runs come from, as far as these were scored on the data sets.
Provenance provenance_of(const std::vector<const RunRows*>& runs, const std::set<std::string>& domains);

}  // namespace tandem::report
