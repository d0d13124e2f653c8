#include "report/paper.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tandem::report {

namespace fs = std::filesystem;

Gathered gather_for(const std::vector<TableSpec>& specs, const std::vector<fs::path>& paths,
                    const std::string& metric) {
  std::set<std::string> metrics = {metric};
  std::set<Filter> filters = {Filter{}};
  for (const auto& spec : specs) {
    metrics.insert(spec.metric);
    filters.merge(spec.filters());
  }
  return gather(paths, metrics, filters);
}

std::vector<ClaimResult> claims_of(const Gathered& data, const Roles& roles) {
  if (!data.detailed || !data.details.contains("dice")) return {};
  auto claims = test_claims(data.details.at("dice"), roles);
  const bool any = std::ranges::any_of(claims, [](const ClaimResult& c) { return c.comparison.has_value(); });
  return any ? claims : std::vector<ClaimResult>{};
}

namespace {

/// The experiment file of that name below experiments/, "" if there is none here.
std::string experiment_file(const std::string& experiment) {
  std::error_code code;
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator entry("experiments", code), end; !code && entry != end;
       entry.increment(code))
    if (entry->path().filename() == experiment + ".toml") files.push_back(entry->path().string());
  std::ranges::sort(files);
  const auto of_table =
      std::ranges::find_if(files, [](const auto& f) { return f.starts_with("experiments/table"); });
  return of_table != files.end() ? *of_table : files.empty() ? "" : files[0];
}

}  // namespace

std::vector<std::string> missing_parts(const TableSpec& spec, const Gathered& data) {
  const auto& runs = data.summaries.at(spec.metric);
  std::vector<std::string> out;
  for (const auto& row : spec.rows) {
    const auto found = std::ranges::count_if(
        runs, [&](const RunSummary& run) { return run.experiment == row.experiment && run.complete(); });
    if (found >= row.expected_runs) continue;
    const auto file = experiment_file(row.experiment);
    out.push_back(fmt::format("{}, row '{}': {} of {} of experiment '{}'. To make them: tandem train {}",
                              spec.title, row.label, found, counted(size_t(row.expected_runs), "run"),
                              row.experiment, file.empty() ? row.experiment + ".toml" : file));
  }
  std::set<std::string> said;
  for (const auto& column : spec.columns)
    for (const auto& domain : column.domains) {
      const bool scored = std::ranges::any_of(
          runs, [&](const RunSummary& run) { return run.find(column.selection(domain)) != nullptr; });
      if (!runs.empty() && !scored && said.insert(domain).second)
        out.push_back(
            fmt::format("{}, data set '{}': no run has {} scores there. To make them: tandem evaluate RUN "
                        "--data {}.h5",
                        spec.title, domain, spec.metric, domain));
    }
  return out;
}

}  // namespace tandem::report
