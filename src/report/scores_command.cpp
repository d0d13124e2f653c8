#include <algorithm>

#include "base/console.h"
#include "report/columns.h"
#include "report/commands.h"
#include "report/run_index.h"

namespace tandem::report {
namespace {

namespace po = program::po;
using Lines = std::vector<std::vector<std::string>>;

const std::vector<std::string> kHeader = {"experiment", "run_id", "seed",    "cval",  "domain", "case",
                                          "patient",    "frame",  "network", "class", "metric", "value"};

Lines lines_of(const records::RunResult& run) {
  Lines lines;
  for (const auto& row : run.scores)
    lines.push_back({run.experiment, run.run_id, fmt::format("{}", run.seed), fmt::format("{}", run.cval),
                     row.domain, row.case_id, row.patient, row.frame, row.network, row.klass, row.metric,
                     fmt::format("{}", row.value)});
  return lines;
}

void run_scores(const po::variables_map& options) {
  const auto paths = options["runs"].as<std::vector<std::string>>();
  auto found = find_results({paths.begin(), paths.end()});
  std::vector<Lines> by_run;
  const auto refused = visit_runs(found.files, [&](size_t slot, const records::RunResult& run) {
    by_run.resize(std::max(by_run.size(), slot + 1));
    by_run[slot] = lines_of(run);
  });
  found.warnings.insert(found.warnings.end(), refused.begin(), refused.end());
  for (const auto& warning : found.warnings) console::warn(warning);
  Lines all = {kHeader};
  for (auto& lines : by_run) all.insert(all.end(), lines.begin(), lines.end());
  console::result(format_rows(all, options.count("csv") > 0));
}

}  // namespace

program::Command scores_command() {
  return {.name = "scores",
          .synopsis = "--runs PATH... [--csv]",
          .summary = "all scores of runs, one line per case, network, class and metric",
          .declare =
              [](po::options_description& options) {
                options.add_options()("runs", po::value<std::vector<std::string>>()->multitoken()->required(),
                                      "result files, or folders searched for result.h5")(
                    "csv", "comma-separated, for programs");
              },
          .positional = {"runs"},
          .run = run_scores};
}

}  // namespace tandem::report
