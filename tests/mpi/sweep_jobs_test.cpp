// One sweep by different jobs: the results must not depend on how many ranks worked on it, in what teams, or
// on what died meanwhile.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/atomic_file.h"
#include "base/random.h"
#include "records/run_result.h"
#include "support/mpi_job.h"
#include "support/temporary_folder.h"

namespace tandem::test {
namespace {

using Words = std::vector<std::string>;

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
                        "\"\n[augmentation]\npad = 64\ncrop = 32\n[training]\nbatch_size = 8\nmax_steps = 5\n"
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
  /// Scores of all trials, by trial; each must be there exactly once.
  static std::map<std::string, std::string> results_of(const std::string& where) {
    EXPECT_EQ(run({TANDEM_BINARY_DIR "/tandem", "sweep", "aggregate", path(where)}), 0) << output;
    std::map<std::string, std::string> all;
    for (const auto& trial : std::filesystem::directory_iterator(path(where) + "/trials")) {
      const auto result = trial.path() / "result.h5";
      EXPECT_TRUE(std::filesystem::exists(result)) << result;
      if (!std::filesystem::exists(result)) continue;
      const auto content = records::read_result(result);
      EXPECT_EQ(content.scores.size(), 2U * 2 * 3) << "2 frames, 2 networks, 3 classes";
      all[trial.path().filename()] =
          records::to_text(content.scores) + fmt::format("{}", fmt::join(content.history.at("total"), " "));
    }
    EXPECT_EQ(all.size(), 8U);
    return all;
  }
  static const std::map<std::string, std::string>& undisturbed() {
    static const auto results = [] {
      plan("one");
      EXPECT_EQ(run(launch(1, {"sweep", "run", path("one")})), 0) << output;
      return results_of("one");
    }();
    return results;
  }

  static inline TemporaryFolder* folder = nullptr;
  static inline std::string output;
};

TEST_F(SweepJobs, TeamsOfTwoGiveTheResultsOfOneProcess) {
  plan("teams");
  ASSERT_EQ(run(launch(4, {"sweep", "run", path("teams"), "--width", "2"})), 0) << output;
  EXPECT_TRUE(results_of("teams") == undisturbed());
}

TEST_F(SweepJobs, ATableIsMadeOfTheAggregatedFile) {
  undisturbed();
  ASSERT_EQ(run({TANDEM_BINARY_DIR "/tandem", "sweep", "aggregate", path("one")}), 0) << output;
  const auto status = run({TANDEM_BINARY_DIR "/tandem", "sweep", "status", path("one")});
  EXPECT_EQ(status, 0);
  EXPECT_THAT(output, testing::HasSubstr("done 8"));
  write_text_file(path("table.toml"),
                  "title = \"t\"\n[[row]]\nlabel = \"low\"\nexperiment = \"small-latent_DAtrue-"
                  "learning_rate0.0001\"\n[[column]]\nlabel = \"clean\"\ndomain = \"phantom\"\nnetwork = "
                  "\"FTN\"\n");
  EXPECT_EQ(run({TANDEM_BINARY_DIR "/tandem-report", "table", path("table.toml"), "--runs",
                 path("one") + "/results.h5"}),
            0)
      << output;
  EXPECT_THAT(output, testing::HasSubstr("low"));
}

TEST_F(SweepJobs, AWidthThatDoesNotFitIsRefused) {
  undisturbed();
  EXPECT_EQ(run(launch(3, {"sweep", "run", path("one"), "--width", "2"})), 65) << output;
  EXPECT_THAT(output, testing::HasSubstr("--width 2 does not divide the 3 ranks"));
}

TEST_F(SweepJobs, KilledRanksAndLaunchersLoseNothing) {
  // TANDEM_KILLS: how many, when run by hand; the suite makes do with fewer.
  const char* wish = std::getenv("TANDEM_KILLS");
  const int kills = wish ? std::atoi(wish) : 8;
  plan("killed");
  RandomStream random({.seed = 4});
  int done = 0, code = -1;
  while (code != 0 && done < 10 * kills) {
    const int ranks = done % 2 == 0 ? 2 : 4;
    Process process(launch(ranks, {"sweep", "run", path("killed"), "--width", "2", "--lease", "6"}),
                    path("killed.txt"));
    code = process.wait(done < kills ? random.uniform(1.5, 6) : 250);
    if (code == -1) {
      auto pids = children_of(process.pid());
      if (random.chance(0.3)) pids = {process.pid()};
      if (pids.empty()) pids = {process.pid()};
      ::kill(pids[size_t(random.integer(0, std::int64_t(pids.size()) - 1))], SIGKILL);
      EXPECT_NE(process.wait(30), -1) << "the job did not end after a kill";
      ++done;
    }
    output = process.output();
  }
  EXPECT_EQ(code, 0) << output;
  EXPECT_TRUE(results_of("killed") == undisturbed());
}

}  // namespace
}  // namespace tandem::test
