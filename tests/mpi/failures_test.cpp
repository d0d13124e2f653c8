// What dies, and when: training under mpirun that is killed, stopped, stalled or misled. Each job must end in
// time with the right exit code, leave no process behind and lose nothing that was saved.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/atomic_file.h"
#include "base/random.h"
#include "base/timer.h"
#include "h5/h5.h"
#include "support/mpi_job.h"
#include "support/temporary_folder.h"
#include "training/checkpoint_store.h"

namespace tandem::test {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

class Failures : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    Process phantom({TANDEM_BINARY_DIR "/tandem-data", "phantom", "--subjects", "4", "--seed", "3", "--out",
                     path("phantom.h5")},
                    path("phantom.txt"));
    ASSERT_EQ(phantom.wait(120), 0) << phantom.output();
    write_text_file(path("split.toml"),
                    "[split]\nname = \"small\"\ntraining = [\"001\", \"002\"]\nvalidation = [\"003\"]\n"
                    "test = [\"004\"]\n");
    // A state after every step, fixed shards: any break and any number of ranks must end in the same bits.
    write_text_file(
        path("small.toml"),
        "name = \"small\"\n[data]\ntrain = [\"" + path("phantom.h5") + "\"]\n[split]\nfile = \"" +
            path("split.toml") +
            "\"\n[augmentation]\npad = 64\ncrop = 32\n[training]\nbatch_size = 8\nmax_steps = 16\n"
            "epochs = 100\nthreads = 1\ncheckpoint_minutes = 1e-6\ndevice = \"cpu\"\n"
            "[parallel]\ndeterministic = \"shards\"\nshards = 4\n[watchdog]\n"
            "first_step_s = 20\nstep_s = 4\ncheckpoint_s = 6\nevaluation_s = 20\n");
  }
  static void TearDownTestSuite() { delete folder; }
  static std::string path(const std::string& name) { return (*folder / name).string(); }

  /// The command of a job of tandem.
  static Words launch(int ranks, const Words& arguments) {
    Words words = {TANDEM_BINARY_DIR "/tandem"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return mpirun(ranks, folder->path(), words);
  }
  static Words train(const std::string& where, const Words& more = {}) {
    Words words = {"train", path("small.toml"), "--set", "run.folder=" + path(where)};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  static std::string run_in(const std::string& where) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path(where)))
      if (entry.path().filename() == "config.toml") return entry.path().parent_path().string();
    return "";
  }
  /// Runs to its end; the exit code.
  static int finish(const Words& command) {
    Process process(command, path("output.txt"));
    const int code = process.wait(200);
    output = process.output();
    return code;
  }
  /// Trains a run whose job was broken to its end, on some number of ranks.
  static void resume(const std::string& where, int ranks) {
    ASSERT_NE(run_in(where), "");
    ASSERT_EQ(finish(launch(ranks, {"train", "--resume", run_in(where), "--set", "training.max_minutes=0"})),
              0)
        << output;
  }
  static std::map<std::string, std::vector<double>> state_of(const std::string& where) {
    const auto state = training::CheckpointStore(run_in(where) + "/checkpoints").newest();
    std::map<std::string, std::vector<double>> all;
    if (!state) return all;
    const h5::File file(state->file, h5::File::Mode::Read);
    for (const char* group : {"/weights", "/adam"}) collect(file, group, all);
    return all;
  }
  static void collect(const h5::File& file, const std::string& group,
                      std::map<std::string, std::vector<double>>& all) {
    for (const auto& name : file.list(group)) {
      const auto item = group + "/" + name;
      if (file.is_group(item))
        collect(file, item, all);
      else
        all[item] = file.read<double>(item);
    }
  }
  /// The state of a training that nothing disturbed, by one process.
  static const std::map<std::string, std::vector<double>>& undisturbed() {
    static const auto state = [] {
      EXPECT_EQ(finish(launch(1, train("undisturbed"))), 0) << output;
      return state_of("undisturbed");
    }();
    return state;
  }
  static void expect_nothing_lost(const std::string& where) {
    const auto &expected = undisturbed(), actual = state_of(where);
    EXPECT_FALSE(expected.empty());
    EXPECT_TRUE(expected == actual) << where << ": weights or Adam's state differ from the unbroken run";
    EXPECT_TRUE(std::filesystem::exists(run_in(where) + "/result.h5"));
  }

  static int saved_states(const std::string& where) {
    const std::string manifest = run_in(where) + "/checkpoints/manifest.toml";
    if (!std::filesystem::exists(manifest)) return 0;
    const auto text = read_text_file(manifest);
    int states = 0;
    for (auto at = text.find("[[state]]"); at != std::string::npos; at = text.find("[[state]]", at + 1))
      ++states;
    return states;
  }

  /// A job under way, past its second saved state.
  struct Job {
    Job(const std::string& where, int ranks, const Words& more = {})
        : process(launch(ranks, train(where, more)), path(where + ".txt")) {
      const Timer timer;
      while (timer.seconds() < 100 && pids.empty()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (!std::filesystem::exists(path(where)) || run_in(where).empty()) continue;
        if (saved_states(where) >= 2) pids = children_of(process.pid());
      }
      if (int(pids.size()) != ranks) throw std::runtime_error("the job did not start: " + process.output());
    }
    /// The exit code; every rank must be gone soon after.
    int end(double limit_s) {
      const Timer timer;
      const int code = process.wait(limit_s);
      seconds = timer.seconds();
      EXPECT_THAT(left_behind(pids), testing::IsEmpty());
      for (const auto pid : pids) ::kill(pid, SIGKILL);
      return code;
    }
    Process process;
    std::vector<pid_t> pids;
    double seconds = 0;
  };

  static inline TemporaryFolder* folder = nullptr;
  static inline std::string output;
};

TEST_F(Failures, AKilledRankEndsTheJobAndTheNextOneGoesOnWithOtherRanks) {
  RandomStream random({.seed = 5});
  for (int round = 0; round < 2; ++round) {
    const auto where = fmt::format("killed{}", round);
    Job job(where, 2);
    std::this_thread::sleep_for(std::chrono::milliseconds(random.integer(0, 1500)));
    ::kill(job.pids[size_t(random.integer(0, 1))], SIGKILL);
    EXPECT_EQ(job.end(20), 137) << job.process.output();
    resume(where, round == 0 ? 4 : 1);
    expect_nothing_lost(where);
  }
}

TEST_F(Failures, AStoppedRankIsNamedAndTheJobEndsWith76) {
  Job job("stalled", 2);
  ::kill(job.pids[1], SIGSTOP);
  EXPECT_EQ(job.end(30), 76) << job.process.output();
  EXPECT_THAT(job.process.output(), HasSubstr("rank 1"));
  EXPECT_LT(job.seconds, 20);
  resume("stalled", 1);
  expect_nothing_lost("stalled");
}

TEST_F(Failures, KillingTheLauncherLeavesNoRank) {
  Job job("launcher", 2);
  job.process.signal(SIGKILL);
  EXPECT_EQ(job.end(20), 137);
  resume("launcher", 2);
  expect_nothing_lost("launcher");
}

TEST_F(Failures, ASignalToOneRankStopsAllAtTheSameStepWith75) {
  Job job("signalled", 2);
  ::kill(job.pids[1], SIGUSR1);
  EXPECT_EQ(job.end(60), 75) << job.process.output();
  EXPECT_THAT(job.process.output(), HasSubstr("stopped at step"));
  resume("signalled", 4);
  expect_nothing_lost("signalled");
}

TEST_F(Failures, ASignalToTheLauncherStopsAll) {
  Job job("mpirun-signalled", 2);
  job.process.signal(SIGUSR1);
  EXPECT_EQ(job.end(60), 75) << job.process.output();
  resume("mpirun-signalled", 1);
  expect_nothing_lost("mpirun-signalled");
}

TEST_F(Failures, TheJobsOwnTimeLimitSavesAndLeavesWith75) {
  EXPECT_EQ(finish(launch(2, train("limit", {"--set", "training.max_minutes=0.0001"}))), 75) << output;
  resume("limit", 2);
  expect_nothing_lost("limit");
}

TEST_F(Failures, ALossThatIsNotFiniteEndsAllRanksTogether) {
  EXPECT_EQ(finish(launch(2, train("nan", {"--set", "training.learning_rate=1e30"}))), 65) << output;
  EXPECT_THAT(output, HasSubstr("loss is not finite"));
}

TEST_F(Failures, RanksWithDifferentSettingsAreRefused) {
  Words command = launch(1, train("mixed"));
  const auto other = train("mixed", {"--set", "training.seed=41"});
  command.insert(command.end(), {":", "-n", "1", TANDEM_BINARY_DIR "/tandem"});
  command.insert(command.end(), other.begin(), other.end());
  EXPECT_EQ(finish(command), 65) << output;
  EXPECT_THAT(output, HasSubstr("rank"));
}

TEST_F(Failures, AnErrorOfOneRankIsToldOnceAndEndsAll) {
  EXPECT_EQ(finish(launch(2, train("missing", {"--set", "data.train=" + path("absent.h5")}))), 65) << output;
  EXPECT_THAT(output, HasSubstr("absent.h5"));
}

TEST_F(Failures, ADamagedStateIsSkippedForTheOneBefore) {
  Job job("damaged", 2);
  std::this_thread::sleep_for(std::chrono::milliseconds(800));
  ::kill(job.pids[0], SIGKILL);
  job.end(20);
  const auto newest = training::CheckpointStore(run_in("damaged") + "/checkpoints").newest();
  ASSERT_TRUE(newest.has_value());
  std::fstream(newest->file, std::ios::in | std::ios::out | std::ios::binary).seekp(5000).write("damage", 6);
  resume("damaged", 2);
  EXPECT_THAT(output, HasSubstr("damaged"));
  expect_nothing_lost("damaged");
}

TEST_F(Failures, RandomKillsOfOneRunLoseNothing) {
  RandomStream random({.seed = 9});
  Words command = launch(2, train("often"));
  int code = -1;
  for (int kill = 0; kill < 8 && code != 0; ++kill) {
    Process process(command, path("often.txt"));
    code = process.wait(random.uniform(1.5, 5));
    if (code == -1) {
      auto pids = children_of(process.pid());
      pids.push_back(process.pid());  // ranks, and now and then mpirun itself
      ::kill(pids[size_t(random.integer(0, std::int64_t(pids.size()) - 1))], SIGKILL);
      code = process.wait(20);
    }
    const auto run = std::filesystem::exists(path("often")) ? run_in("often") : "";
    const bool saved = !run.empty() && std::filesystem::exists(run + "/checkpoints/manifest.toml");
    command = saved ? launch(1 << random.integer(0, 2), {"train", "--resume", run})
                    : launch(2, train("often", {"--force"}));
  }
  if (code != 0) {
    ASSERT_EQ(finish(command), 0) << output;
  }
  expect_nothing_lost("often");
}

}  // namespace
}  // namespace tandem::test
