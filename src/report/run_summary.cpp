#include "report/run_summary.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "config/toml_fields.h"
#include "equations/statistics.h"
#include "report/derived_metrics.h"

namespace tandem::report {
namespace {

using records::ScoreRow;
using RowsByClass = std::map<std::string, std::vector<const ScoreRow*>>;

std::string commit_of(const std::string& environment) {
  try {
    return config::TomlFields::from_text(environment, "environment").text("commit", "unknown");
  } catch (const Error&) {
    return "unknown";  // the scores are good without it, and the table shows the word
  }
}

/// From the resolved settings of a run; runs of before there was such a choice had none.
std::string augmentation_of(const std::string& settings) {
  if (settings.find("[da]") == std::string::npos) return "";
  auto fields = config::TomlFields::from_text(settings, "settings of the run");
  std::string method;
  for (const auto& s : fields.settings("da"))
    if (s.key == "method") method = s.value.substr(1, s.value.size() - 2);
  if (method == "none") return "";
  std::vector<std::string> words;
  for (const auto& s : fields.settings(method)) words.push_back(s.key + " = " + s.value);
  return method + ": " + join(words, ", ");
}

void refuse_repeated_cases(std::vector<const ScoreRow*> rows) {
  const auto by_case = [](const ScoreRow* a, const ScoreRow* b) { return a->case_id < b->case_id; };
  const auto same_case = [](const ScoreRow* a, const ScoreRow* b) { return a->case_id == b->case_id; };
  if (!std::is_sorted(rows.begin(), rows.end(), by_case)) std::sort(rows.begin(), rows.end(), by_case);
  const auto repeated = std::adjacent_find(rows.begin(), rows.end(), same_case);
  if (repeated == rows.end()) return;
  const auto& row = **repeated;
  fail("two scores for case {} of {}, {}, {}: evaluate the run anew", row.case_id, row.domain, row.network,
       row.klass);
}

DomainScore reduce(const RowsByClass& rows_by_class, const std::vector<std::string>& classes) {
  DomainScore score;
  std::vector<double> class_means;
  for (const auto& klass : classes) {
    const auto found = rows_by_class.find(klass);
    const auto rows = found == rows_by_class.end() ? std::vector<const ScoreRow*>{} : found->second;
    refuse_repeated_cases(rows);
    std::vector<double> finite;
    for (const auto* row : rows)
      if (std::isfinite(row->value)) finite.push_back(row->value);
    const auto count = std::int64_t(rows.size());
    score.scores += count;
    score.not_finite += count - std::int64_t(finite.size());
    score.fewest_cases = klass == classes.front() ? count : std::min(score.fewest_cases, count);
    score.most_cases = std::max(score.most_cases, count);
    if (finite.empty())
      score.empty_classes.push_back(klass);
    else
      class_means.push_back(equations::mean(finite));
  }
  if (score.empty_classes.empty()) score.value = equations::mean(class_means);
  return score;
}

using Groups = std::map<std::pair<std::string, std::string>, RowsByClass>;  // by domain and network

Groups group_rows(const std::vector<ScoreRow>& rows, const Filter& filter) {
  Groups groups;
  RowsByClass* group = nullptr;
  const ScoreRow* previous = nullptr;
  for (const auto& row : rows) {
    if (!filter.takes(row)) continue;
    // Rows of one group mostly stand together; looking up each would take most of the time.
    if (!previous || row.domain != previous->domain || row.network != previous->network)
      group = &groups[{row.domain, row.network}];
    (*group)[row.klass].push_back(&row);
    previous = &row;
  }
  return groups;
}

}  // namespace

const DomainScore* RunSummary::find(const Selection& selection) const {
  const auto found = scores.find(selection);
  return found == scores.end() ? nullptr : &found->second;
}

RunSummary summarise(const records::RunResult& result, const std::string& metric,
                     const std::set<Filter>& filters) {
  RunSummary run;
  run.experiment = result.experiment, run.run_id = result.run_id, run.state = result.state;
  run.commit = commit_of(result.environment);
  run.augmentation = augmentation_of(result.config);
  run.seed = result.seed, run.cval = result.cval;
  run.data_sha256 = result.data_sha256;
  const auto rows = rows_of_metric(result.scores, metric);
  const auto classes = classes_of_metric(metric);
  for (const auto& filter : filters)
    for (const auto& [key, group] : group_rows(rows, filter))
      run.scores[{key.first, key.second, filter}] =
          reduce(group, filter.klass.empty() ? classes : std::vector{filter.klass});
  return run;
}

}  // namespace tandem::report
