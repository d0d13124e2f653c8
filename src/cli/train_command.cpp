#include "base/error.h"
#include "cli/commands.h"
#include "cli/team.h"
#include "experiment/train_run.h"

namespace tandem::cli {
namespace {

using Words = std::vector<std::string>;

void run(const program::po::variables_map& options) {
  const Words overrides = options.count("set") ? options["set"].as<Words>() : Words{};
  if (options.count("resume")) {
    require(options.count("file") == 0 && options.count("with") == 0,
            "give either an experiment file or --resume RUN, not both");
    const auto folder = experiment::RunFolder::open(options["resume"].as<std::string>());
    return run_in_teams(
        folder.read_config(overrides), {.progress = folder.progress()},
        [&](const experiment::Team& team, int) { experiment::resume_run(team, folder, overrides); });
  }
  require(options.count("file") > 0, "which experiment? Give a TOML file, or --resume RUN");
  const auto over = options.count("with") ? options["with"].as<Words>() : Words{};
  const auto config =
      experiment::ExperimentConfig::from_file(options["file"].as<std::string>(), overrides, over);
  const bool force = options.count("force") > 0;
  run_in_teams(config, {.progress = experiment::RunFolder::of(config).progress()},
               [&](const experiment::Team& team, int) { experiment::train_new_run(team, config, force); });
}

}  // namespace

program::Command train_command() {
  namespace po = program::po;
  return {.name = "train",
          .synopsis = "FILE [--with SIZE.toml]... [--set section.key=value]... | --resume RUN",
          .summary = "trains one experiment, described by a TOML file",
          .declare =
              [](po::options_description& o) {
                o.add_options()("file", po::value<std::string>(), "experiment file (TOML)")(
                    "with", po::value<Words>()->composing(),
                    "settings laid over the file, such as experiments/sizes/scaled.toml; may be repeated")(
                    "set", po::value<Words>()->composing(),
                    "section.key=value, on top of the file; may be repeated")(
                    "resume", po::value<std::string>(), "run folder to go on with, from its last checkpoint")(
                    "force", "replace a run with the same settings");
              },
          .positional = {"file"},
          .run = run,
          .details = [] { return experiment::ExperimentConfig::help(); }};
}

}  // namespace tandem::cli
