#include "report/gather.h"

#include "base/error.h"
#include "records/merged_results.h"
#include "report/derived_metrics.h"
#include "report/run_index.h"
#include "report/score_index.h"

namespace tandem::report {
namespace {

TrialLine line_of(const records::MergedRow& row) {
  return {row.label,  row.name,   row.id,   row.settings, row.state,
          row.reason, row.widths, row.seed, row.restarts, row.seconds};
}

/// The trials that aggregated files list, each once; of two entries the one that is done.
std::vector<TrialLine> listed_trials(const std::vector<std::filesystem::path>& files) {
  std::vector<TrialLine> trials;
  std::map<std::pair<std::string, std::string>, size_t> known;
  const auto add = [&](TrialLine line) {
    const auto [entry, is_new] = known.emplace(std::pair(line.name, line.id), trials.size());
    if (is_new)
      trials.push_back(std::move(line));
    else if (auto& earlier = trials[entry->second]; line.done() && !earlier.done())
      earlier = std::move(line);
  };
  for (const auto& path : files) try {
      for (const auto& row : records::read_merged_rows(h5::File(path, h5::File::Mode::Read)))
        add(line_of(row));
    } catch (const Error&) {
      continue;  // said when its runs are read
    }
  return trials;
}

/// Points listed trials at their runs and adds the runs that no sweep lists.
void match_runs(Gathered& out) {
  std::map<std::pair<std::string, std::string>, size_t> listed;
  for (size_t i = 0; i < out.trials.size(); ++i)
    listed.emplace(std::pair(out.trials[i].name, out.trials[i].id), i);
  const auto& runs = out.summaries.begin()->second;
  for (size_t r = 0; r < runs.size(); ++r) {
    const auto found = listed.find({runs[r].experiment, runs[r].run_id});
    if (found != listed.end()) {
      out.trials[found->second].run = r;
      continue;
    }
    out.trials.push_back({.label = runs[r].name(),
                          .name = runs[r].experiment,
                          .id = runs[r].run_id,
                          .state = runs[r].complete() ? "done" : runs[r].state,
                          .seed = runs[r].seed,
                          .run = r});
  }
}

/// False for whatever cannot be read: what is wrong is said when its runs are read.
bool is_aggregated(const std::filesystem::path& path) {
  try {
    const h5::File file(path, h5::File::Mode::Read);
    return file.is_group("/trials") && file.is_group("/index");
  } catch (const Error&) {
    return false;
  }
}

/// Takes all runs from the index of the only file, if it has one that tells enough.
bool take_from_index(Gathered& out, const std::filesystem::path& path, const std::set<std::string>& metrics,
                     const std::set<Filter>& filters, Detail detail) {
  if (filters != std::set<Filter>{Filter{}}) return false;
  const h5::File file(path, h5::File::Mode::Read);
  if (detail == Detail::Cases && records::result_groups(file).size() <= kMostDetailedRuns) return false;
  auto index = read_score_index(file, metrics, detail == Detail::Cases);
  if (!index) return false;
  out.detailed = false;
  out.summaries = std::move(index->summaries);
  for (size_t i = 0; i < index->configs.size(); ++i) out.configs.set(i, index->configs[i]);
  for (size_t i = 0; i < index->environments.size(); ++i) out.environments.set(i, index->environments[i]);
  if (auto warning = missing_results_of(file); !warning.empty()) out.warnings.push_back(std::move(warning));
  return true;
}

template <class T>
void put(std::vector<T>& list, size_t slot, T value) {
  if (slot >= list.size()) list.resize(slot + 1);
  list[slot] = std::move(value);
}

}  // namespace

Gathered gather(const std::vector<std::filesystem::path>& paths, const std::set<std::string>& metrics,
                const std::set<Filter>& filters, Detail detail) {
  require(!metrics.empty(), "no metric to gather");
  auto found = find_results(paths);
  Gathered out;
  out.detailed = detail == Detail::Cases;
  out.files = found.files.size();
  out.trials = listed_trials(found.files);
  out.warnings = found.warnings;
  if (found.files.size() == 1 && is_aggregated(found.files[0]) &&
      take_from_index(out, found.files[0], metrics, filters, detail)) {
    match_runs(out);
    return out;
  }
  for (const auto& metric : metrics) out.summaries[metric], out.details[metric];
  const auto refused = visit_runs(found.files, [&](size_t slot, const records::RunResult& result) {
    std::map<std::string, RunSummary> summaries;  // all or none: a refused run must not stay half
    for (const auto& metric : metrics) summaries.emplace(metric, summarise(result, metric, filters));
    for (auto& [metric, summary] : summaries) put(out.summaries[metric], slot, std::move(summary));
    if (detail == Detail::Means) return;
    out.configs.set(slot, result.config);
    out.environments.set(slot, result.environment);
    if (slot >= kMostDetailedRuns) out.detailed = false, out.runs.clear(), out.details.clear();
    if (!out.detailed) return;
    for (const auto& metric : metrics)
      put(out.details[metric].runs, slot,
          {summarise(result, metric, {}), rows_of_metric(result.scores, metric)});
    put(out.runs, slot, result);
    out.runs[slot].scores.clear();
  });
  out.warnings.insert(out.warnings.end(), refused.begin(), refused.end());
  match_runs(out);
  return out;
}

}  // namespace tandem::report
