#include "report/automatic_spec.h"

#include "records/metrics.h"

namespace tandem::report {

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
    for (const auto& domain : all) spec.columns.push_back({domain, "FTN", {domain}});
  for (const auto& network : networks)
    if (all.size() > 1 || network != "FTN") spec.columns.push_back({"AVG " + network, network, all});
  return spec;
}

}  // namespace tandem::report
