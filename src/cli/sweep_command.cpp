// `tandem sweep plan | status | retry | aggregate | sbatch`; `run` has a file of its own.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/slurm.h"
#include "experiment/experiment_config.h"
#include "sweep/aggregate.h"
#include "sweep/plan.h"
#include "sweep/sbatch.h"
#include "sweep/status.h"
#include "sweep/widths.h"

namespace tandem::cli {
namespace {

namespace po = program::po;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;
using Options = po::variables_map;

void declare_folder(po::options_description& o) {
  o.add_options()("dir", po::value<std::string>(), "folder of a planned sweep");
}

sweep::SweepFolder open_folder(const Options& options) {
  require(options.count("dir") > 0, "which sweep? Give its folder");
  return sweep::SweepFolder(options["dir"].as<std::string>());
}

void run_plan(const Options& options) {
  require(options.count("file") > 0 && options.count("dir") > 0,
          "give a sweep file and the folder for its trials");
  const fs::path folder = options["dir"].as<std::string>();
  bool all_scored = true;
  const auto resolve = [&](const fs::path& file, const Words& assignments) {
    const auto config = experiment::ExperimentConfig::from_file(file, assignments);
    all_scored = all_scored && !config.evaluation.data.empty();
    return sweep::ResolvedTrial{config.id(), config.name, config.dump(), config.training.seed};
  };
  const auto plan = sweep::plan_sweep(options["file"].as<std::string>(), folder, resolve);
  for (const auto& trial : plan.trials) console::say("  {}  {}", trial.id, trial.label);
  std::string notes;
  if (plan.collapsed > 0) notes += fmt::format("; {} equal to others", plan.collapsed);
  if (!plan.earlier.empty())
    notes += fmt::format("; {} planned earlier and no longer in the sweep stay", plan.earlier.size());
  console::say("{} trials in {}, {} of them new{}", plan.trials.size(), folder.string(), plan.added.size(),
               notes);
  if (!all_scored)
    console::warn("evaluation.data names no data set for some trials: they will have no scores");
  const sweep::SweepFolder sweep(folder);
  auto costs = sweep::describe_costs(std::int64_t(sweep.trials().size()), sweep::finished_costs(sweep),
                                     options["gpus"].as<std::int64_t>());
  costs.pop_back();
  console::print(costs);
}

program::Command plan_command() {
  return {.name = "sweep plan",
          .synopsis = "SWEEP.toml DIR [--gpus N]",
          .summary = "writes the trials of a sweep file into a folder; adds what is new, deletes nothing",
          .declare =
              [](po::options_description& o) {
                o.add_options()("file", po::value<std::string>(), "sweep file (TOML, see sweeps/README.md)");
                declare_folder(o);
                o.add_options()("gpus", po::value<std::int64_t>()->default_value(0),
                                "GPUs for the table of widths; 0 = as many as all trials at once need");
              },
          .positional = {"file", "dir"},
          .run = run_plan};
}

void watch(const sweep::SweepFolder& sweep, const Options& options) {
  const bool terminal = ::isatty(STDOUT_FILENO) != 0;
  const bool all = options.count("all") > 0;
  while (true) {
    const auto trials = sweep::survey(sweep);
    const auto text = sweep::status_text(trials, all);
    console::result((terminal ? "\033[H\033[J" : "") + text.substr(0, text.size() - 1));
    if (sweep::all_over(trials)) return;
    for (int i = 0; i < 50 && !stop_requested(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (stop_requested()) return;
  }
}

void run_status(const Options& options) {
  const auto sweep = open_folder(options);
  require(options.count("watch") == 0 || options.count("json") == 0, "give either --watch or --json");
  if (options.count("watch")) return watch(sweep, options);
  const auto trials = sweep::survey(sweep);
  auto text = options.count("json") ? sweep::status_json(trials)
                                    : sweep::status_text(trials, options.count("all") > 0);
  text.pop_back();
  console::result(text);
  const bool failed = std::ranges::any_of(trials, [](const auto& trial) { return trial.word() == "failed"; });
  if (failed && options.count("json") == 0)
    console::say("once mended, failed trials get another chance with: tandem sweep retry {}",
                 sweep.path().string());
}

program::Command status_command() {
  return {.name = "sweep status",
          .synopsis = "DIR [--all] [--watch] [--json]",
          .summary = "shows how far a sweep is; may be asked anywhere, at any time",
          .declare =
              [](po::options_description& o) {
                declare_folder(o);
                o.add_options()("all,a", "also trials that are done or not begun")(
                    "watch,w", "show it again every 5 seconds until all is over")("json",
                                                                                  "for programs, all trials");
              },
          .positional = {"dir"},
          .run = run_status};
}

void run_retry(const Options& options) {
  const auto sweep = open_folder(options);
  const auto labels =
      sweep::retry_trials(sweep, options.count("trials") ? options["trials"].as<Words>() : Words{});
  for (const auto& label : labels) console::say("{} will be tried again", label);
  if (labels.empty()) return console::say("nothing has failed");
  console::say("go on with: tandem sweep run {}", sweep.path().string());
}

program::Command retry_command() {
  return {.name = "sweep retry",
          .synopsis = "DIR [TRIAL]...",
          .summary = "lets failed trials be tried again",
          .declare =
              [](po::options_description& o) {
                declare_folder(o);
                o.add_options()("trials", po::value<Words>(),
                                "labels, names or ids; none = all that have failed");
              },
          .positional = {"dir", "trials"},
          .run = run_retry};
}

void run_aggregate(const Options& options) {
  const auto sweep = open_folder(options);
  const fs::path output =
      options.count("out") ? fs::path(options["out"].as<std::string>()) : sweep.path() / "results.h5";
  std::vector<records::MergedRow> rows;
  {
    console::Progress progress("trials", std::int64_t(sweep.trials().size()));
    rows = sweep::aggregate(sweep, output, [&] { progress.advance(); });
  }
  size_t done = 0;
  for (const auto& row : rows) {
    if (row.state == "done") ++done;
    if (row.state == "unreadable") console::warn(fmt::format("{}: {}", row.label, row.reason));
  }
  console::say("{} of {} trials in {}; tables with: tandem-report table SPEC.toml --runs {}", done,
               rows.size(), output.string(), output.string());
}

program::Command aggregate_command() {
  return {.name = "sweep aggregate",
          .synopsis = "DIR [--out FILE.h5]",
          .summary = "copies all results into one file; trials without a result are rows that say why",
          .declare =
              [](po::options_description& o) {
                declare_folder(o);
                o.add_options()("out,o", po::value<std::string>(), "default: DIR/results.h5, replaced");
              },
          .positional = {"dir"},
          .run = run_aggregate};
}

void run_sbatch(const Options& options) {
  const auto sweep = open_folder(options);
  sweep::SbatchOptions job;
  job.sweep = fs::absolute(sweep.path()).lexically_normal();
  job.program = options.count("program") ? fs::path(options["program"].as<std::string>())
                                         : fs::read_symlink("/proc/self/exe");
  job.width = options["width"].as<std::int64_t>();
  job.ranks = options.count("ntasks") ? options["ntasks"].as<std::int64_t>() : job.width;
  job.tasks = options.count("array") ? options["array"].as<std::int64_t>()
                                     : std::max<std::int64_t>(1, std::int64_t(sweep.trials().size()));
  job.at_once = options["at-once"].as<std::int64_t>();
  job.gpus_per_node = options["gpus-per-node"].as<std::int64_t>();
  job.cpus_per_rank = options["cpus-per-task"].as<std::int64_t>();
  job.time = options["time"].as<std::string>();
  const auto& word = options["launcher"].as<std::string>();
  require(word == "srun" || word == "mpirun", "--launcher {} is not one of srun, mpirun", word);
  job.launcher = word == "srun" ? sweep::Launcher::Srun : sweep::Launcher::Mpirun;
  const auto script = sweep::sbatch_script(job);
  fs::create_directories(job.sweep / "logs");
  write_text_file(job.sweep / "job.sbatch", script);
  // Slurm reads 4:00 as four minutes: said in words, so that it is seen before the job ends early.
  const auto limit = parse_duration(job.time);
  console::say("{} of {}{}; submit with: sbatch {}", counted(size_t(job.tasks), "array task"),
               counted(size_t(job.ranks), "rank"),
               limit ? fmt::format(", time limit {}", format_duration(*limit)) : "",
               (job.sweep / "job.sbatch").string());
}

program::Command sbatch_command() {
  return {.name = "sweep sbatch",
          .synopsis = "DIR [--time 4:00:00] [--gpus-per-node 4] [--array N]",
          .summary = "writes DIR/job.sbatch, a Slurm job array that runs the sweep",
          .declare =
              [](po::options_description& o) {
                declare_folder(o);
                const auto number = [] { return po::value<std::int64_t>(); };
                o.add_options()("time", po::value<std::string>()->default_value("4:00:00"),
                                "time limit of a task, hours:minutes:seconds")(
                    "array", number(), "array tasks; default: one for each trial")(
                    "at-once", number()->default_value(0), "tasks that may run at the same time; 0 = all")(
                    "width", number()->default_value(1), "ranks that work on one trial")(
                    "ntasks", number(), "ranks of an array task; default: the width")(
                    "gpus-per-node", number()->default_value(0), "GPUs of a node; 0 = none are asked for")(
                    "cpus-per-task", number()->default_value(1), "CPUs of a rank")(
                    "launcher", po::value<std::string>()->default_value("srun"), "srun or mpirun")(
                    "program", po::value<std::string>(), "default: this one");
              },
          .positional = {"dir"},
          .run = run_sbatch};
}

}  // namespace

std::vector<program::Command> sweep_commands() {
  return {plan_command(),  sweep_run_command(), status_command(),
          retry_command(), aggregate_command(), sbatch_command()};
}

}  // namespace tandem::cli
