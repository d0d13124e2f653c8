#include "base/error.h"
#include "cli/commands.h"
#include "cli/run_argument.h"
#include "cli/team.h"
#include "experiment/train_run.h"

namespace tandem::cli {

program::Command evaluate_command() {
  namespace po = program::po;
  using Words = std::vector<std::string>;
  return {.name = "evaluate",
          .synopsis = "RUN --data FILE...",
          .summary = "scores a run on data sets, FTN and FTN+STN, and adds the rows to its result.h5",
          .declare =
              [](po::options_description& o) {
                o.add_options()("run", po::value<std::string>(), "run folder")(
                    "data,d", po::value<Words>()->multitoken()->composing(), "data set files")(
                    "patients", po::value<std::string>()->default_value("auto"),
                    "auto: the run's test patients where the file has any, else all; test; all; or a list "
                    "007,008")("set", po::value<Words>()->composing(),
                               "evaluation.key=value, on top of the run's settings");
              },
          .positional = {"run"},
          .run =
              [](const po::variables_map& options) {
                require(options.count("run") > 0, "which run? Give its folder");
                require(options.count("data") > 0, "which data? Give --data FILE...");
                const auto folder = run_to_score(options["run"].as<std::string>());
                const auto overrides = options.count("set") ? options["set"].as<Words>() : Words{};
                run_in_teams(folder.read_config(overrides), {.progress = folder.progress()},
                             [&](const experiment::Team& team, int) {
                               experiment::evaluate_run(team, folder, options["data"].as<Words>(),
                                                        options["patients"].as<std::string>(), overrides);
                             });
              }};
}

}  // namespace tandem::cli
