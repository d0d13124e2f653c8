#include "report/case_scores.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/build_info.h"
#include "base/error.h"
#include "base/text.h"
#include "equations/statistics.h"
#include "report/derived_metrics.h"
#include "report/run_index.h"

namespace tandem::report {
namespace {

/// Scores of one run by case and class.
std::map<std::string, CaseScore> of_run(const RunRows& run, const ColumnSpec& column) {
  std::map<std::string, CaseScore> cases;
  for (const auto& row : run.rows) {
    const bool domain = std::ranges::count(column.domains, row.domain) > 0;
    if (!domain || row.network != column.network || !column.filter.takes(row)) continue;
    auto& score = cases[row.domain + "/" + row.case_id];
    score.patient = row.patient, score.frame = row.frame;
    if (std::isfinite(row.value)) score.by_class[row.klass] = row.value;
  }
  return cases;
}

}  // namespace

LoadedRuns load_runs(const std::vector<std::filesystem::path>& paths, const std::string& metric) {
  auto found = find_results(paths);
  LoadedRuns out;
  out.warnings = found.warnings;
  const auto refused = visit_runs(found.files, [&](size_t slot, const records::RunResult& result) {
    RunRows run{summarise(result, metric, {}), rows_of_metric(result.scores, metric)};
    if (slot == out.runs.size()) out.runs.emplace_back();
    out.runs[slot] = std::move(run);
  });
  out.warnings.insert(out.warnings.end(), refused.begin(), refused.end());
  return out;
}

std::vector<const RunRows*> runs_of(const LoadedRuns& loaded, const std::string& experiment) {
  std::vector<const RunRows*> out;
  std::set<std::string> names;
  for (const auto& run : loaded.runs) {
    names.insert(run.summary.experiment);
    if (run.summary.experiment == experiment && run.summary.complete()) out.push_back(&run);
  }
  const auto near = nearest_name(experiment, {names.begin(), names.end()});
  require(!out.empty(), "no complete run of experiment '{}'{}; there are: {}", experiment,
          near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near), fmt::join(names, ", "));
  return out;
}

CaseScores case_scores(const std::vector<const RunRows*>& runs, const ColumnSpec& column,
                       const std::string& metric) {
  const auto classes =
      column.filter.klass.empty() ? classes_of_metric(metric) : std::vector{column.filter.klass};
  CaseScores out;
  for (const auto* run : runs)
    for (const auto& [name, score] : of_run(*run, column)) {
      const bool complete =
          std::ranges::all_of(classes, [&](const auto& k) { return score.by_class.contains(k); });
      if (!complete) continue;
      auto& sum = out[name];
      sum.patient = score.patient, sum.frame = score.frame;
      ++sum.runs;
      for (const auto& klass : classes) {
        sum.by_class[klass] += score.by_class.at(klass);
        sum.value += score.by_class.at(klass) / double(classes.size());
      }
    }
  for (auto& [name, score] : out) {
    score.value /= double(score.runs);
    for (auto& [klass, value] : score.by_class) value /= double(score.runs);
  }
  return out;
}

double mean_of_cases(const CaseScores& cases) {
  std::vector<double> values;
  for (const auto& [name, score] : cases) values.push_back(score.value);
  return equations::mean(values);
}

CaseScores by_patient(const CaseScores& cases) {
  std::map<std::string, std::map<std::string, std::vector<double>>> values;  // by patient and data set
  for (const auto& [name, score] : cases) {
    const auto domain = name.substr(0, name.find('/'));
    values[domain.substr(0, domain.find("-c_")) + "/" + score.patient][domain].push_back(score.value);
  }
  CaseScores out;
  for (const auto& [patient, domains] : values) {
    std::vector<double> means;
    for (const auto& [domain, list] : domains) means.push_back(equations::mean(list));
    out[patient].value = equations::mean(means);
  }
  return out;
}

Provenance provenance_of(const std::vector<const RunRows*>& runs, const std::set<std::string>& domains) {
  Provenance provenance;
  provenance.report_commit = build_info::kCommit;
  for (const auto* run : runs) {
    std::set<std::string> scored;
    for (const auto& row : run->rows)
      if (domains.contains(row.domain)) scored.insert(row.domain);
    add_provenance(provenance, run->summary, scored);
  }
  return provenance;
}

}  // namespace tandem::report
