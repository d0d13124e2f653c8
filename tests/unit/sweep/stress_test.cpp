// Eight worker processes, 300 trials, killed and stalled at random: exactly one result each, none lost.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <thread>

#include "base/text.h"
#include "sample_sweep.h"
#include "support/expect_error.h"
#include "sweep/worker.h"

namespace tandem::sweep {
namespace {

namespace fs = std::filesystem;
using Kind = Event::Kind;

constexpr int kWorkers = 8, kTrials = 300;
constexpr double kLease_s = 0.6;

void sleep_s(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

/// Appends a line in one write, so that lines of killed and living processes do not mix.
void append_line(const fs::path& file, const std::string& line) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const std::string text = line + "\n";
  [[maybe_unused]] const auto written = ::write(fd, text.data(), text.size());
  ::close(fd);
}

/// A worker as a process of its own. Every second one claims to be on another machine, so that its death
/// shows by its lease alone. With die_at it kills itself the n-th time that a result is closed and not yet
/// published.
pid_t start_worker(const fs::path& folder, const fs::path& log, int number, int die_at) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  WorkerOptions options;
  options.offset = number * kTrials / kWorkers;
  options.lease_s = kLease_s;
  options.beat_s = 0.02;
  options.poll_s = 0.05;
  options.max_without_progress = 1000;
  options.wait_for_others = true;
  if (number % 2) options.self.machine += " seen from elsewhere " + std::to_string(number);
  options.on_event = [&](const Event& event) {
    if (event.kind == Kind::ResultReady && --die_at == 0) ::raise(SIGKILL);
    append_line(log, fmt::format("{} {} {}", int(event.kind), event.label, event.epoch));
  };
  try {
    run_worker(SweepFolder(folder), options, [](TrialContext& trial) {
      for (int step = 1; step <= 10; ++step) {
        sleep_s(0.004);
        trial.beat(step);
      }
      write_text_file(trial.result, trial.trial.id + " by " + std::to_string(trial.epoch));
    });
  } catch (const std::exception& error) {
    append_line(log, std::string("error ") + error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

/// The workers, whom their tormentor restarts when they die.
class Workers {
 public:
  Workers(fs::path folder, fs::path log) : folder_(std::move(folder)), log_(std::move(log)) {
    for (int i = 0; i < kWorkers; ++i) start(i);
  }
  ~Workers() {
    for (const auto& worker : workers_)
      if (worker.pid > 0) ::kill(worker.pid, SIGKILL), ::waitpid(worker.pid, nullptr, 0);
  }

  void torment() {
    auto& victim = workers_[random_() % kWorkers];
    if (victim.pid <= 0 || victim.stalled) return;
    if (random_() % 3) {
      ::kill(victim.pid, SIGKILL);
    } else {
      ::kill(victim.pid, SIGSTOP);
      victim.stalled = true, victim.since = Timer();
      victim.stall_s = kLease_s * double(2 + random_() % 4);
      ++stalls;
    }
  }
  /// Wakes those that were stalled long enough and restarts the killed. False when all have ended by
  /// themselves.
  bool look_after() {
    bool running = false;
    for (int i = 0; i < kWorkers; ++i) {
      auto& worker = workers_[size_t(i)];
      if (worker.stalled && worker.since.seconds() > worker.stall_s)
        ::kill(worker.pid, SIGCONT), worker.stalled = false;
      int status = 0;
      if (worker.pid > 0 && ::waitpid(worker.pid, &status, WNOHANG) == worker.pid) {
        worker.pid = 0;
        if (WIFSIGNALED(status))
          ++kills, start(i);
        else
          EXPECT_EQ(WEXITSTATUS(status), 0);
      }
      running = running || worker.pid > 0;
    }
    return running;
  }

  int kills = 0, stalls = 0;

 private:
  struct Worker {
    pid_t pid = 0;
    bool stalled = false;
    Timer since = {};
    double stall_s = 0;
  };
  void start(int i) { workers_[size_t(i)] = {start_worker(folder_, log_, i, int(1 + random_() % 40))}; }

  fs::path folder_, log_;
  std::mt19937 random_{7};
  std::array<Worker, kWorkers> workers_;
};

/// Number of events of each kind, and how often each trial was published.
struct Log {
  explicit Log(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    while (std::getline(in, line)) {
      const auto words = split_words(line, ' ');
      if (words[0] == "error") {
        ADD_FAILURE() << line;
        continue;
      }
      const auto kind = Kind(std::stoi(words[0]));
      ++counts[kind];
      if (kind == Kind::Published) ++published[words[1]];
    }
  }
  std::map<Kind, int> counts;
  std::map<std::string, int> published;
};

TEST(SweepStress, EveryTrialEndsWithExactlyOneResult) {
  const test::TemporaryFolder folder;
  const auto sweep = test::plan_seeds(folder.path(), kTrials);
  Workers workers(sweep.path(), folder / "log");
  const Timer timer;
  while (workers.look_after()) {
    ASSERT_LT(timer.seconds(), 120) << "the sweep does not come to its end";
    sleep_s(0.06);
    workers.torment();
  }
  const Log log(folder / "log");
  int late_losers = 0, later_epochs = 0;
  for (const auto kind : {Kind::Duplicate, Kind::Superseded})
    late_losers += log.counts.count(kind) ? log.counts.at(kind) : 0;
  for (const auto& trial : sweep.trials()) {
    const auto paths = sweep.paths(trial);
    const auto files = list_trial(paths);
    ASSERT_TRUE(files.published) << trial.label << " was lost";
    const auto state = read_state(paths, files, 1000);
    EXPECT_EQ(state.state, State::Done);
    EXPECT_EQ(read_text_file(paths.published()), trial.id + " by " + std::to_string(state.result_epoch));
    if (state.result_epoch > 1) ++later_epochs;
  }
  for (const auto& [label, times] : log.published) EXPECT_EQ(times, 1) << label;
  // Only a worker killed between its link and its log line may be missing here.
  EXPECT_GE(int(log.published.size()), kTrials - workers.kills);
  std::printf("%.1f s, %d kills, %d stalls, %d trials by a later epoch, %d late losers\n", timer.seconds(),
              workers.kills, workers.stalls, later_epochs, late_losers);
  EXPECT_GE(workers.kills, 20);
  EXPECT_GE(workers.stalls, 5);
  EXPECT_GE(later_epochs, 10);
}

/// Kills a worker at a moment; the next one must make the trial's one result.
void kill_at(Kind moment, int expected_epoch, Kind not_reached) {
  const test::TemporaryFolder folder;
  const auto sweep = test::plan_seeds(folder.path(), 1);
  const auto paths = sweep.paths(sweep.trials()[0]);
  const auto runner = [](TrialContext& trial) {
    write_text_file(trial.checkpoints / "last", "x");
    write_text_file(trial.result, "epoch " + std::to_string(trial.epoch));
  };
  const pid_t pid = ::fork();
  if (pid == 0) {
    WorkerOptions options;
    options.on_event = [&](const Event& event) {
      if (event.kind == moment) ::raise(SIGKILL);
    };
    run_worker(sweep, options, runner);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  std::vector<Kind> events;
  WorkerOptions options;
  options.on_event = [&](const Event& event) { events.push_back(event.kind); };
  run_worker(sweep, options, runner);
  EXPECT_EQ(read_text_file(paths.published()), "epoch " + std::to_string(expected_epoch));
  EXPECT_EQ(list_trial(paths).results, std::set<int>{expected_epoch});
  EXPECT_THAT(events, ::testing::Not(::testing::Contains(not_reached)));
}

/// An owner stalls at its own moment and wakes when another has finished its trial: what it then does.
Kind stall_at(Kind moment) {
  const test::TemporaryFolder folder;
  const auto sweep = test::plan_seeds(folder.path(), 1);
  const auto published = sweep.paths(sweep.trials()[0]).published();
  const auto runner = [](TrialContext& trial) {
    write_text_file(trial.result, "epoch " + std::to_string(trial.epoch));
  };
  const pid_t pid = ::fork();
  if (pid == 0) {
    WorkerOptions options;
    options.self.machine += " seen from elsewhere";  // so that only the lease tells
    Kind last = moment;
    options.on_event = [&](const Event& event) {
      if (event.kind == moment) ::raise(SIGSTOP);
      last = event.kind;
    };
    run_worker(sweep, options, runner);
    ::_exit(int(last));
  }
  int status = 0;
  ::waitpid(pid, &status, WUNTRACED);
  EXPECT_TRUE(WIFSTOPPED(status));
  WorkerOptions options;
  options.lease_s = 0.2;
  options.poll_s = 0.02;
  options.on_event = [](const Event&) {};
  EXPECT_EQ(run_worker(sweep, options, runner).published, 1);
  ::kill(pid, SIGCONT);
  ::waitpid(pid, &status, 0);
  EXPECT_EQ(read_text_file(published), "epoch 2");
  return Kind(WEXITSTATUS(status));
}

TEST(SweepStress, AWokenOwnersResultIsRefused) {
  EXPECT_EQ(stall_at(Kind::Claimed), Kind::Duplicate);
  EXPECT_EQ(stall_at(Kind::ResultReady), Kind::Duplicate);
}

TEST(SweepStress, KilledBetweenCloseAndLinkIsRunAgain) { kill_at(Kind::ResultReady, 2, Kind::Duplicate); }
TEST(SweepStress, KilledAfterTheLinkIsDone) { kill_at(Kind::Published, 1, Kind::Claimed); }
TEST(SweepStress, KilledAfterTheClaimIsTakenOver) { kill_at(Kind::Claimed, 2, Kind::Duplicate); }

}  // namespace
}  // namespace tandem::sweep
