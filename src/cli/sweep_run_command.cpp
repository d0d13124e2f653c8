// `tandem sweep run`: trials of a planned sweep, one after another.
#include <algorithm>
#include <limits>

#include "base/console.h"
#include "base/error.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/timer.h"
#include "cli/commands.h"
#include "cli/slurm.h"
#include "cli/team.h"
#include "experiment/trial_run.h"
#include "sweep/worker.h"

namespace tandem::cli {
namespace {

/// Seconds kept at the end of the time for saving and leaving.
constexpr double kReserve_s = 60;

/// The time that this process may still take.
class TimeLimit {
 public:
  explicit TimeLimit(std::optional<double> seconds) : seconds_(seconds) {}
  double left() const {
    return seconds_ ? *seconds_ - kReserve_s - since_start_.seconds()
                    : std::numeric_limits<double>::infinity();
  }

 private:
  std::optional<double> seconds_;
  Timer since_start_;
};

/// What the leader of a team tells the others of a trial; "" = there are no more.
struct Errand {
  std::string settings, folder;
  double max_minutes = 0;

  std::string text() const { return fmt::format("{}\n{}\n{}", settings, folder, max_minutes); }
  static std::optional<Errand> parse(const std::string& text) {
    if (text.empty()) return std::nullopt;
    const auto first = text.find('\n'), second = text.find('\n', first + 1);
    return Errand{text.substr(0, first), text.substr(first + 1, second - first - 1),
                  std::stod(text.substr(second + 1))};
  }
};

/// Runs one claimed trial; called on the leader of a team, while the others are in follow().
void run_claimed_trial(const experiment::Team& team, sweep::TrialContext& trial, const TimeLimit& limit) {
  const auto config = experiment::ExperimentConfig::from_file(trial.settings, {});
  const experiment::TrialHooks hooks = {
      .started = trial.start_at, .progress = trial.beat, .saved = trial.saved, .before_save = [&] {
        if (trial.superseded()) fail_system("another worker has taken the trial");
      }};
  experiment::TrialPlace place{trial.checkpoints, trial.earlier, config.training.max_minutes};
  if (limit.left() < std::numeric_limits<double>::infinity()) {
    const double minutes = std::max(limit.left(), 1.0) / 60;
    place.max_minutes = place.max_minutes > 0 ? std::min(place.max_minutes, minutes) : minutes;
  }
  team.ranks.host_broadcast(
      Errand{trial.settings.string(), trial.checkpoints.string(), place.max_minutes}.text(), 0);
  try {
    experiment::run_trial(team, config, place, hooks);
  } catch (const Error& error) {
    const bool common = dynamic_cast<const CommonError*>(&error) != nullptr || team.ranks.size() == 1;
    // An error of this rank alone leaves the others in the trial: the team is broken.
    if (!common) throw Error(error.what(), ExitCode::Watchdog);
    if (error.code() != ExitCode::Stopped) throw;
    // The trainer's advice is for runs outside of sweeps.
    const std::string words = error.what();
    throw Error(words.substr(0, words.find("; go on with")), ExitCode::Stopped);
  }
  const auto made = experiment::RunFolder(trial.checkpoints).result();
  std::error_code code;
  std::filesystem::rename(made, trial.result, code);
  if (code) fail_system("cannot rename {} to {}: {}", made.string(), trial.result.string(), code.message());
}

/// The part of a team's other ranks: they take part in the trials that the leader tells of.
void follow(const experiment::Team& team) {
  for (;;) {
    if (team.watchdog) team.watchdog->phase(comm::Phase::Idle, 0);
    const auto errand = Errand::parse(team.ranks.host_broadcast("", 0));
    if (!errand) return;
    const auto config = experiment::ExperimentConfig::from_file(errand->settings, {});
    try {
      experiment::run_trial(team, config, {errand->folder, {}, errand->max_minutes}, {});
    } catch (const CommonError&) {  // the leader decides what comes of it
    }
  }
}

sweep::WorkerOptions worker_options(const program::po::variables_map& options, const SlurmJob& job,
                                    const TimeLimit& limit, int team, std::int64_t width) {
  sweep::WorkerOptions worker;
  worker.self.cluster = job.cluster;
  worker.self.job = job.id;
  worker.self.job_restart = job.restarts;
  worker.offset = options.count("offset") ? options["offset"].as<std::int64_t>() : job.task + team;
  worker.width = width;
  require(worker.offset >= 0, "--offset {} must not be negative", worker.offset);
  worker.lease_s = options["lease"].as<double>();
  worker.beat_s = worker.lease_s / 9;
  require(worker.lease_s > 0, "--lease {} must be above 0 seconds", worker.lease_s);
  worker.wait_for_others = options.count("wait") > 0;
  worker.stop_asked = stop_requested;
  worker.seconds_left = [&limit] { return limit.left(); };
  return worker;
}

/// Says how it ended; throws the Error to leave with if work remains.
void finish(const sweep::SweepFolder& folder, const sweep::WorkerReport& report) {
  auto counts = fmt::format("{} published, {} failed attempts by this worker; see: tandem sweep status {}",
                            report.published, report.failed, folder.path().string());
  if (report.failed > 0)
    counts +=
        fmt::format("; failed trials get another chance with: tandem sweep retry {}", folder.path().string());
  if (report.end == sweep::WorkerReport::End::NothingLeft)
    return console::say("nothing left to claim: {}", counts);
  const bool stopped = report.end == sweep::WorkerReport::End::Stopped;
  throw CommonError(
      fmt::format("{}: {}", stopped ? "stopped" : "the time left is too short for another trial", counts),
      ExitCode::Stopped);
}

void run(const program::po::variables_map& options) {
  require(options.count("dir") > 0, "which sweep? Give its folder");
  const auto width = options["width"].as<std::int64_t>();
  require(width >= 1, "--width {} must be at least 1", width);
  const sweep::SweepFolder folder(options["dir"].as<std::string>());
  const auto job = slurm_job();
  std::optional<double> wished;
  if (options.count("max-time")) {
    const auto text = options["max-time"].as<std::string>();
    wished = parse_duration(text);
    require(wished.has_value(), "--max-time {} is no duration; write 3h50m, 90m or 45s", text);
  }
  require(!folder.trials().empty(), "{} has no trials; plan some: tandem sweep plan", folder.path().string());
  const auto first =
      experiment::ExperimentConfig::from_file(folder.paths(folder.trials().front()).settings(), {});
  run_in_teams(first, {width, folder.path() / "progress"}, [&](const experiment::Team& team, int number) {
    if (!team.ranks.is_leader()) return follow(team);
    console::set_quiet(options.count("quiet") > 0);
    const TimeLimit limit(wished ? wished : slurm_seconds_left(job));
    const auto report =
        sweep::run_worker(folder, worker_options(options, job, limit, number, width),
                          [&](sweep::TrialContext& trial) { run_claimed_trial(team, trial, limit); });
    team.ranks.host_broadcast("", 0);
    finish(folder, report);
  });
}

}  // namespace

program::Command sweep_run_command() {
  namespace po = program::po;
  return {.name = "sweep run",
          .synopsis = "DIR [--max-time 3h50m]",
          .summary = "takes trials of a sweep until none is left; any number of these may run at once",
          .declare =
              [](po::options_description& o) {
                o.add_options()("dir", po::value<std::string>(), "folder of a planned sweep")(
                    "width", po::value<std::int64_t>()->default_value(1), "ranks that work on one trial")(
                    "max-time", po::value<std::string>(),
                    "save and stop in time for this limit (3h50m); default: Slurm's, or none")(
                    "offset", po::value<std::int64_t>(),
                    "number of the first trial to look at; default: the array task, or 0")(
                    "lease", po::value<double>()->default_value(180),
                    "seconds without a sign of life after which a trial is taken from its owner")(
                    "wait", "stay until no trial is running anywhere");
              },
          .positional = {"dir"},
          .run = run};
}

}  // namespace tandem::cli
