// What dies, and when: training under mpirun that is killed, stopped, stalled or misled. Each job must end in
// time with the right exit code, leave no process behind and lose nothing that was saved.
#include <fstream>

#include "base/random.h"
#include "mpi/failures_fixture.h"

namespace tandem::test {
namespace {

using testing::HasSubstr;

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
