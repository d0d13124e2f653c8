// One sweep by different jobs: the results must not depend on how many ranks worked on it, in what teams, or
// on what died meanwhile.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/atomic_file.h"
#include "base/random.h"
#include "base/timer.h"
#include "support/aggregate_text.h"
#include "support/mpi_job.h"
#include "support/temporary_folder.h"
#include "sweep/trial_records.h"

namespace tandem::test {
namespace {

using Words = std::vector<std::string>;

/// A number that somebody asks for when the test is run by hand; the suite makes do with fewer.
int wished(const char* name, int otherwise) {
  const char* wish = std::getenv(name);
  return wish ? std::atoi(wish) : otherwise;
}

class SweepJobs : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    ASSERT_EQ(run({TANDEM_BINARY_DIR "/tandem-data", "phantom", "--subjects", "4", "--seed", "3", "--out",
                   path("phantom.h5")}),
              0)
        << output;
    write_text_file(path("split.toml"),
                    "[split]\nname = \"small\"\ntraining = [\"001\", \"002\"]\nvalidation = [\"003\"]\n"
                    "test = [\"004\"]\n");
    write_text_file(path("small.toml"),
                    "name = \"small\"\n[data]\ntrain = [\"" + path("phantom.h5") + "\"]\n[split]\nfile = \"" +
                        path("split.toml") +
                        "\"\n[augmentation]\npad = 64\ncrop = 32\n[training]\nbatch_size = 8\nmax_steps = " +
                        std::to_string(wished("TANDEM_SWEEP_STEPS", 5)) +
                        "\n"
                        "epochs = 100\nthreads = 1\nvalidate_every = 100\ncheckpoint_minutes = 1e-6\n"
                        "device = \"cpu\"\n[parallel]\ndeterministic = \"shards\"\nshards = 2\n"
                        "[evaluation]\ncrop = 64\nmetrics = [\"dice\"]\ndata = [\"" +
                        path("phantom.h5") + "\"]\n");
    write_text_file(path("sweep.toml"),
                    "base = \"small.toml\"\nseeds = [1, 2]\n[grid]\nlatent.latent_DA = [true, false]\n"
                    "training.learning_rate = [1e-3, 1e-4]\n");
  }
  static void TearDownTestSuite() { delete folder; }
  static std::string path(const std::string& name) { return (*folder / name).string(); }

  static int run(const Words& command, double limit_s = 300) {
    Process process(command, path("output.txt"));
    const int code = process.wait(limit_s);
    output = process.output();
    return code;
  }
  /// The command of a job of tandem.
  static Words launch(int ranks, const Words& arguments) {
    Words words = {TANDEM_BINARY_DIR "/tandem"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return mpirun(ranks, folder->path(), words);
  }
  static void plan(const std::string& where) {
    ASSERT_EQ(run({TANDEM_BINARY_DIR "/tandem", "sweep", "plan", path("sweep.toml"), path(where)}), 0)
        << output;
  }
  /// All that the aggregated file holds, each of the 8 trials with its one result.
  static std::string aggregate_of(const std::string& where) {
    EXPECT_EQ(run({TANDEM_BINARY_DIR "/tandem", "sweep", "aggregate", path(where)}), 0) << output;
    EXPECT_THAT(output, testing::HasSubstr("8 of 8 trials"));
    const auto text = aggregate_text(path(where) + "/results.h5");
    EXPECT_THAT(text, testing::HasSubstr("state: done | done | done | done | done | done | done | done\n"));
    return text;
  }
  /// What one process makes of the sweep.
  static const std::string& undisturbed() {
    static const auto text = [] {
      plan("one");
      const double limit_s = std::max(300, 20 * wished("TANDEM_SWEEP_STEPS", 5));
      EXPECT_EQ(run(launch(1, {"sweep", "run", path("one")}), limit_s), 0) << output;
      return aggregate_of("one");
    }();
    return text;
  }
  static void expect_undisturbed(const std::string& where) {
    const auto expected = undisturbed(), text = aggregate_of(where);
    if (text == expected) return;
    const auto at = size_t(std::ranges::mismatch(text, expected).in1 - text.begin());
    const auto from = at > 100 ? at - 100 : 0;
    ADD_FAILURE() << where << " differs:\n"
                  << text.substr(from, 200) << "\ninstead of\n"
                  << expected.substr(from, 200);
  }
  /// The table of all trials' scores that people make from the aggregated file.
  static std::string table_of(const std::string& where) {
    std::string spec = "title = \"sweep\"\n";
    for (const std::string latent : {"true", "false"})
      for (const std::string rate : {"0.001", "0.0001"})
        spec += fmt::format(
            "[[row]]\nlabel = \"{0} {1}\"\nexperiment = \"small-latent_DA{0}-learning_rate{1}\"\n", latent,
            rate);
    for (const std::string network : {"FTN", "FTN+STN"})
      spec += fmt::format("[[column]]\nlabel = \"{0}\"\ndomain = \"phantom\"\nnetwork = \"{0}\"\n", network);
    write_text_file(path("table.toml"), spec);
    EXPECT_EQ(run({TANDEM_BINARY_DIR "/tandem-report", "table", path("table.toml"), "--runs",
                   path(where) + "/results.h5"}),
              0)
        << output;
    return output;
  }
  /// Waits until a trial of a sweep has told of a saved step; its folder.
  static std::string trial_with_saved_step(const std::string& where, std::int64_t step) {
    const Timer timer;
    for (; timer.seconds() < 60; std::this_thread::sleep_for(std::chrono::milliseconds(10)))
      for (const auto& trial : std::filesystem::directory_iterator(path(where) + "/trials"))
        if (const auto beat = trial.path() / "beat.1"; std::filesystem::exists(beat))
          if (sweep::read_beat(beat).saved >= step) return trial.path().string();
    return "";
  }

  static inline TemporaryFolder* folder = nullptr;
  static inline std::string output;
};

TEST_F(SweepJobs, TeamsOfTwoGiveTheAggregateAndTheTableOfOneProcess) {
  plan("teams");
  ASSERT_EQ(run(launch(4, {"sweep", "run", path("teams"), "--width", "2"})), 0) << output;
  expect_undisturbed("teams");
  const auto table = table_of("one");
  EXPECT_THAT(table, testing::HasSubstr("true 0.0001"));
  EXPECT_EQ(table_of("teams"), table);
  EXPECT_EQ(run({TANDEM_BINARY_DIR "/tandem", "sweep", "status", path("one")}), 0);
  EXPECT_THAT(output, testing::HasSubstr("done 8"));
}

TEST_F(SweepJobs, AWidthThatDoesNotFitIsRefused) {
  undisturbed();
  EXPECT_EQ(run(launch(3, {"sweep", "run", path("one"), "--width", "2"})), 65) << output;
  EXPECT_THAT(output, testing::HasSubstr("--width 2 does not divide the 3 ranks"));
}

TEST_F(SweepJobs, AKilledTrialGoesOnFromItsSavedStep) {
  plan("middle");
  const Words command = launch(2, {"sweep", "run", path("middle"), "--width", "2"});
  Process process(command, path("middle.txt"));
  const auto trial = trial_with_saved_step("middle", 2);
  ASSERT_NE(trial, "") << process.output();
  for (const auto pid : children_of(process.pid())) ::kill(pid, SIGKILL);
  EXPECT_EQ(process.wait(20), 137);
  const auto saved = sweep::read_beat(trial + "/beat.1").saved;
  EXPECT_GE(saved, 2);
  ASSERT_EQ(run(command), 0) << output;
  EXPECT_THAT(output, testing::HasSubstr("epoch=2 step="));
  EXPECT_THAT(output, testing::HasSubstr("its process has ended"));
  // A step may have been saved without a word of it in the beat, never the other way round.
  const auto beat = sweep::read_beat(trial + "/beat.2");
  EXPECT_GE(beat.first_step, saved);
  EXPECT_LE(beat.first_step, saved + 1);
  EXPECT_THAT(output, testing::HasSubstr(fmt::format("going on after step {}", beat.first_step)));
  expect_undisturbed("middle");
}

TEST_F(SweepJobs, ItsOwnTimeLimitSavesAndLeavesWith75) {
  plan("limit");
  const Timer timer;  // a minute of the limit is kept for saving
  EXPECT_EQ(run(launch(2, {"sweep", "run", path("limit"), "--width", "2", "--max-time", "62s"})), 75)
      << output;
  EXPECT_LT(timer.seconds(), 30);
  EXPECT_THAT(output, testing::AnyOf(testing::HasSubstr("stopped: "),
                                     testing::HasSubstr("the time left is too short for another trial: ")));
  ASSERT_EQ(run(launch(2, {"sweep", "run", path("limit")})), 0) << output;
  expect_undisturbed("limit");
}

TEST_F(SweepJobs, KilledRanksAndLaunchersLoseNothing) {
  int ranks_left = wished("TANDEM_RANK_KILLS", 6), launchers_left = wished("TANDEM_LAUNCHER_KILLS", 2);
  plan("killed");
  RandomStream random({.seed = 4});
  int code = -1;
  for (int job = 0; code != 0 && job < 300; ++job) {
    const int kills_left = ranks_left + launchers_left;
    Process process(
        launch(job % 2 == 0 ? 2 : 4, {"sweep", "run", path("killed"), "--width", "2", "--lease", "6"}),
        path("killed.txt"));
    code = process.wait(kills_left > 0 ? random.uniform(1.5, 6) : 250);
    if (code == -1) {
      const auto ranks = children_of(process.pid());
      const bool rank = !ranks.empty() && random.integer(1, kills_left) <= ranks_left;
      --(rank ? ranks_left : launchers_left);
      const auto victim =
          rank ? ranks[size_t(random.integer(0, std::int64_t(ranks.size()) - 1))] : process.pid();
      ::kill(victim, SIGKILL);
      EXPECT_NE(process.wait(30), -1) << "the job did not end after a kill";
      EXPECT_THAT(left_behind(ranks), testing::IsEmpty());
    }
    output = process.output();
  }
  EXPECT_EQ(code, 0) << output;
  std::printf("kills not done before the sweep's end: %d of ranks, %d of launchers\n",
              std::max(0, ranks_left), std::max(0, launchers_left));
  expect_undisturbed("killed");
}

}  // namespace
}  // namespace tandem::test
