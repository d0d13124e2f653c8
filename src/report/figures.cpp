#include "report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/build_info.h"
#include "base/error.h"
#include "base/text.h"
#include "equations/severity.h"
#include "equations/statistics.h"
#include "records/metrics.h"

namespace tandem::report {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Complete runs of a row; none is no fault in a figure.
std::vector<const RunRows*> runs_of_row(const LoadedRuns& loaded, const RowSpec& row) {
  std::vector<const RunRows*> out;
  for (const auto& run : loaded.runs)
    if (run.summary.experiment == row.experiment && run.summary.complete()) out.push_back(&run);
  return out;
}

/// "standard 3 runs, proposed missing; commit c0ffee": what a figure is made from.
std::string made_from(const TableSpec& spec, const LoadedRuns& loaded) {
  std::vector<std::string> rows;
  std::set<std::string> commits;
  for (const auto& row : spec.rows) {
    const auto runs = runs_of_row(loaded, row);
    rows.push_back(runs.empty() ? row.label + " missing" : row.label + " " + counted(runs.size(), "run"));
    for (const auto* run : runs) commits.insert(run->summary.commit);
  }
  return fmt::format("{}. Commit of runs {}, of figure {}.", join(rows, ", "), fmt::join(commits, " and "),
                     build_info::kCommit);
}

/// Mean and sample deviation, as far as there are values.
std::pair<double, double> mean_and_deviation(const std::vector<double>& values) {
  if (values.empty()) return {kMissing, kMissing};
  return {equations::mean(values), values.size() > 1 ? equations::sample_deviation(values) : kMissing};
}

/// "standard: 0.712, loss 0.104": the row with its two summaries, if it has a score at every level of
/// severity.
std::string with_summaries(const plot::Curve& curve, const std::string& metric) {
  std::vector<equations::SeverityScore> scores;
  for (size_t i = 0; i < curve.x.size(); ++i) scores.push_back({curve.x[i], curve.y[i]});
  // Summaries over different levels must not stand side by side.
  if (!std::ranges::all_of(curve.y, [](double y) { return std::isfinite(y); })) return curve.label;
  const bool low = records::better_of(metric) == records::Better::Lower;
  const double lost = equations::severity_degradation(scores) * (low ? -1 : 1);
  return fmt::format("{}: {:.3f}{}", curve.label, equations::severity_weighted_mean(scores),
                     std::isfinite(lost) ? fmt::format(", loss {:.3f}", lost) : "");
}

}  // namespace

std::string history_label(const std::string& column) {
  if (column == "total") return "training loss, all terms";
  if (column == "val_ftn_miou") return "validation mIoU, FTN";
  if (column == "val_stn_miou") return "validation mIoU, FTN+STN";
  return column;
}

plot::BoxChart make_boxes(const TableSpec& spec, const LoadedRuns& loaded,
                          const std::vector<std::string>& networks) {
  plot::BoxChart chart{.title = spec.title,
                       .y_label = records::axis_label_of(spec.metric),
                       .note = "",
                       .groups = {},
                       .series = {},
                       .values = {}};
  std::set<Selection> seen;
  for (const auto& column : spec.columns) {
    if (column.domains.size() != 1 || !seen.insert({column.domains[0], "", column.filter}).second) continue;
    chart.groups.push_back(column.label);
    auto& group = chart.values.emplace_back();
    for (const auto& row : spec.rows)
      for (const auto& network : networks) {
        auto of_network = column;
        of_network.network = network;
        auto& values = group.emplace_back();
        for (const auto& [name, score] : case_scores(runs_of_row(loaded, row), of_network, spec.metric))
          values.push_back(score.value);
      }
  }
  for (const auto& row : spec.rows)
    for (const auto& network : networks) chart.series.push_back(row.label + ", " + network);
  require(!chart.groups.empty(), "the table has no column with one data set; boxes need one");
  chart.note =
      "One value per case: mean over classes and runs. Box: quartiles, line: median, diamond: mean, "
      "whiskers: last value within 1.5 interquartile ranges. " +
      made_from(spec, loaded);
  return chart;
}

plot::CurveChart make_learning_curves(const std::vector<records::RunResult>& runs, const std::string& column,
                                      const std::map<std::string, std::string>& row_labels) {
  plot::CurveChart chart{.title = "Learning curves",
                         .x_label = "epoch",
                         .y_label = history_label(column),
                         .note = "",
                         .curves = {}};
  std::map<std::string, std::map<double, std::vector<double>>> by_experiment;
  std::map<std::string, size_t> counts;
  std::set<std::string> columns;
  for (const auto& run : runs) {
    for (const auto& [name, values] : run.history) columns.insert(name);
    const auto x = run.history.find("epoch"), y = run.history.find(column);
    if (x == run.history.end() || y == run.history.end()) continue;
    ++counts[run.experiment];
    for (size_t i = 0; i < std::min(x->second.size(), y->second.size()); ++i)
      if (std::isfinite(y->second[i])) by_experiment[run.experiment][x->second[i]].push_back(y->second[i]);
  }
  require(!by_experiment.empty(), "no run has a history column '{}'; there are: {}", column,
          fmt::join(columns, ", "));
  for (const auto& [experiment, points] : by_experiment) {
    const auto label = row_labels.find(experiment);
    plot::Curve curve{fmt::format("{} ({})", label == row_labels.end() ? experiment : label->second,
                                  counted(counts[experiment], "run")),
                      {},
                      {},
                      {}};
    for (const auto& [epoch, values] : points) {
      const auto [mean, deviation] = mean_and_deviation(values);
      curve.x.push_back(epoch), curve.y.push_back(mean), curve.deviation.push_back(deviation);
    }
    chart.curves.push_back(std::move(curve));
  }
  chart.note = fmt::format("Line: mean over runs, band: sample standard deviation. Figure by commit {}.",
                           build_info::kCommit);
  return chart;
}

plot::CurveChart make_robustness(const TableSpec& spec, const LoadedRuns& loaded) {
  plot::CurveChart chart{.title = spec.title,
                         .x_label = "severity",
                         .y_label = records::axis_label_of(spec.metric),
                         .note = "",
                         .curves = {},
                         .marks = true};
  std::vector<ColumnSpec> columns;
  std::ranges::copy_if(spec.columns, std::back_inserter(columns),
                       [](const ColumnSpec& c) { return !std::isnan(c.severity); });
  require(!columns.empty(), "no column of the table states a severity");
  std::ranges::stable_sort(columns, {}, &ColumnSpec::severity);
  for (const auto& row : spec.rows) {
    plot::Curve curve{row.label, {}, {}, {}};
    for (const auto& column : columns) {
      std::vector<double> values;
      for (const auto* run : runs_of_row(loaded, row)) {
        const auto cases = case_scores({run}, column, spec.metric);
        if (!cases.empty()) values.push_back(mean_of_cases(cases));
      }
      const auto [mean, deviation] = mean_and_deviation(values);
      curve.x.push_back(column.severity), curve.y.push_back(mean), curve.deviation.push_back(deviation);
    }
    curve.label = with_summaries(curve, spec.metric);
    chart.curves.push_back(std::move(curve));
  }
  chart.note =
      "Mean over runs of the mean over cases, band: sample standard deviation over runs. Numbers: mean over "
      "levels "
      "with weight (2/3)^level, and what is lost against level 0 with the same weights. " +
      made_from(spec, loaded);
  return chart;
}

}  // namespace tandem::report
