#include "base/console.h"
#include "base/error.h"
#include "report/commands.h"
#include "report/figure_output.h"
#include "report/figures.h"
#include "report/run_index.h"

namespace tandem::report {
namespace {

namespace po = program::po;

std::vector<std::filesystem::path> paths_of(const po::variables_map& options) {
  const auto paths = options["runs"].as<std::vector<std::string>>();
  return {paths.begin(), paths.end()};
}

LoadedRuns load(const po::variables_map& options, const TableSpec& spec) {
  auto loaded = load_runs(paths_of(options), spec.metric);
  for (const auto& warning : loaded.warnings) console::warn(warning);
  return loaded;
}

void run_boxes(const po::variables_map& options) {
  const auto spec = read_table_spec(options["spec"].as<std::string>());
  const auto networks = options["networks"].as<std::vector<std::string>>();
  save_figure_files(options, [&](const auto& prefix) {
    plot::save_boxes(prefix, make_boxes(spec, load(options, spec), networks));
  });
}

void run_curves(const po::variables_map& options) {
  const auto found = find_results(paths_of(options));
  std::vector<records::RunResult> runs;
  auto warnings = found.warnings;
  const auto refused = visit_runs(found.files, [&](size_t slot, const records::RunResult& result) {
    runs.resize(std::max(runs.size(), slot + 1));
    runs[slot] = result;
    runs[slot].scores.clear();
  });
  warnings.insert(warnings.end(), refused.begin(), refused.end());
  for (const auto& warning : warnings) console::warn(warning);
  const auto column = options["column"].as<std::string>();
  save_figure_files(
      options, [&](const auto& prefix) { plot::save_curves(prefix, make_learning_curves(runs, column)); });
}

void run_robustness(const po::variables_map& options) {
  const auto spec = read_table_spec(options["spec"].as<std::string>());
  save_figure_files(options, [&](const auto& prefix) {
    plot::save_curves(prefix, make_robustness(spec, load(options, spec)));
  });
}

void declare_common(po::options_description& options) {
  options.add_options()("runs", po::value<std::vector<std::string>>()->multitoken()->required(),
                        "result files, or folders searched for result.h5");
  declare_figure_output(options);
}

void declare_spec(po::options_description& options) {
  options.add_options()("spec", po::value<std::string>()->required(), "TOML file that describes a table");
  declare_common(options);
}

}  // namespace

std::vector<program::Command> figure_commands() {
  using Words = std::vector<std::string>;
  return {{.name = "figure boxes",
           .synopsis = "SPEC --runs PATH... --out PREFIX [--networks FTN FTN+STN] [--force]",
           .summary = "box plots of cases: the data sets of a table, its rows and both networks",
           .declare =
               [](po::options_description& options) {
                 declare_spec(options);
                 options.add_options()(
                     "networks",
                     po::value<Words>()->multitoken()->default_value(Words{"FTN", "FTN+STN"}, "FTN FTN+STN"),
                     "networks to draw");
               },
           .positional = {"spec"},
           .run = run_boxes},
          {.name = "figure curves",
           .synopsis = "COLUMN --runs PATH... --out PREFIX [--force]",
           .summary = "learning curves: a history column over epochs, by experiment",
           .declare =
               [](po::options_description& options) {
                 options.add_options()("column", po::value<std::string>()->required(),
                                       "as in tandem-report history, such as loss");
                 declare_common(options);
               },
           .positional = {"column"},
           .run = run_curves},
          {.name = "figure robustness",
           .synopsis = "SPEC --runs PATH... --out PREFIX [--force]",
           .summary = "a score against severity, for the columns of a table that state one",
           .declare = declare_spec,
           .positional = {"spec"},
           .run = run_robustness}};
}

}  // namespace tandem::report
