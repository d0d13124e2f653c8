#pragma once
#include "plot/charts.h"
#include "report/case_scores.h"

namespace tandem::report {

/// Box plots of cases: a group for every column with one data set (each data set once), a box for every row
/// and network. A value is a case's mean over classes and runs.
plot::BoxChart make_boxes(const TableSpec& spec, const LoadedRuns& loaded,
                          const std::vector<std::string>& networks);

/// A column of the history as an axis names it; its own name for one that is not known.
std::string history_label(const std::string& column);

/// Learning curves: a history column against the epoch, mean and sample deviation over the runs of each
/// experiment, which is called by its label if it has one.
plot::CurveChart make_learning_curves(const std::vector<records::RunResult>& runs, const std::string& column,
                                      const std::map<std::string, std::string>& row_labels = {});

/// A score against severity: a curve for every row through the columns that state a severity, mean and sample
/// deviation over runs.
plot::CurveChart make_robustness(const TableSpec& spec, const LoadedRuns& loaded);

}  // namespace tandem::report
