#include "report/automatic_spec.h"

#include <algorithm>

#include "records/metrics.h"

namespace tandem::report {

namespace {

/// "bias" for "acdc-c_bias", unless another data set was corrupted in the same way.
std::string short_name(const std::string& domain, const std::set<std::string>& all) {
  const auto at = domain.find("-c_");
  if (at == std::string::npos) return domain;
  const auto kind = domain.substr(at);
  const auto same =
      std::ranges::count_if(all, [&](const std::string& other) { return other.ends_with(kind); });
  return same > 1 || all.contains(kind.substr(3)) ? domain : kind.substr(3);
}

}  // namespace

TableSpec automatic_spec(const Gathered& data, const std::string& metric) {
  std::map<std::string, std::int64_t> experiments;
  for (const auto& trial : data.trials) ++experiments[trial.name];
  std::set<std::string> domains, networks;
  for (const auto& run : data.summaries.at(metric))
    for (const auto& [selection, score] : run.scores)
      domains.insert(selection.domain), networks.insert(selection.network);
  TableSpec spec{.title = "All experiments: " + metric,
                 .caption =
                     "Mean over classes, over cases, then over runs. The data set columns are FTN; AVG is "
                     "the unweighted mean of the data sets.",
                 .metric = metric,
                 .rows = {},
                 .columns = {}};
  if (records::better_of(metric) == records::Better::Neither) spec.bold = Bold::None;
  for (const auto& [experiment, trials] : experiments) spec.rows.push_back({experiment, experiment, trials});
  const std::vector<std::string> all(domains.begin(), domains.end());
  if (networks.contains("FTN"))
    for (const auto& domain : all) spec.columns.push_back({short_name(domain, domains), "FTN", {domain}});
  for (const auto& network : networks)
    if (all.size() > 1 || network != "FTN") spec.columns.push_back({"AVG " + network, network, all});
  return spec;
}

}  // namespace tandem::report
