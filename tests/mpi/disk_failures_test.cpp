// Training under mpirun whose leader dies in the middle of a save, or whose disk is full: what was saved
// stands.
#include "mpi/failures_fixture.h"
#include "support/small_disk.h"

namespace tandem::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using Words = std::vector<std::string>;

class DiskFailures : public Failures {
 protected:
  /// The command with a fault in each rank; see tests/support/fault_shim.cpp.
  static Words launch_with_fault(int ranks, const Words& arguments, const std::string& fault) {
    Words words = {"-x", "LD_PRELOAD=" TANDEM_FAULT_SHIM, "-x", "TANDEM_FAULT=" + fault,
                   TANDEM_BINARY_DIR "/tandem"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return mpirun(ranks, folder->path(), words);
  }
  /// Runs a job to its end, which must come in time and leave no rank behind; the exit code.
  static int finish_clean(const Words& command, double limit_s) {
    Process process(command, path("output.txt"));
    const Timer timer;
    std::vector<pid_t> pids;
    int code = -1;
    while (code == -1 && timer.seconds() < limit_s) {
      if (const auto now = children_of(process.pid()); now.size() >= pids.size()) pids = now;
      code = process.wait(0.1);
    }
    output = process.output();
    EXPECT_NE(code, -1) << "still running after " << limit_s << " s";
    EXPECT_FALSE(pids.empty());
    EXPECT_THAT(left_behind(pids), IsEmpty());
    return code;
  }
};

TEST_F(DiskFailures, AKillBetweenWriteFlushRenameAndManifestLosesNothing) {
  const Words moments = {
      "fsync */checkpoints/step-*.h5.tmp* 2 kill",      // written, not flushed
      "rename */checkpoints/step-*.h5 2 kill",          // flushed, not there
      "fsync */checkpoints/manifest.toml.tmp* 2 kill",  // there, not in the manifest
      "rename */checkpoints/manifest.toml 2 kill",      // the manifest written, not the one that counts
      "fsync */checkpoints/manifest.toml.tmp* 1 kill",  // the step that this job began with, once more
  };
  Words command = train("moments");
  for (const auto& moment : moments) {
    ASSERT_EQ(finish_clean(launch_with_fault(2, command, moment), 60), 137) << moment << "\n" << output;
    ASSERT_TRUE(training::CheckpointStore(run_in("moments") + "/checkpoints").newest().has_value()) << moment;
    command = {"train", "--resume", run_in("moments")};
  }
  resume("moments", 4);
  expect_nothing_lost("moments");
}

TEST_F(DiskFailures, AStateThatCannotBeSavedIsAWarningAndTheTrainingGoesOn) {
  const auto command = launch_with_fault(2, train("passing"), "fsync */checkpoints/step-*.h5.tmp* 3 full");
  ASSERT_EQ(finish_clean(command, 250), 0) << output;
  EXPECT_THAT(output, AllOf(HasSubstr("the state was not saved: "), HasSubstr("step-2.h5"),
                            HasSubstr("No space left on device"), HasSubstr("the state before stands")));
  expect_nothing_lost("passing");
}

TEST_F(DiskFailures, ADiskThatStaysFullEndsTheJobAndWhatWasSavedStands) {
  constexpr std::int64_t kTwoStatesAndABit = 80 << 20;  // a state takes 30 MB
  SmallDisk disk(kTwoStatesAndABit);
  if (!disk.reason().empty()) GTEST_SKIP() << disk.reason();
  const auto where = (disk.path() / "runs").string();
  ASSERT_EQ(finish_clean(launch(2, train(where)), 250), 70) << output;
  EXPECT_THAT(output,
              AllOf(HasSubstr("the state was not saved: "), HasSubstr(where), HasSubstr("No space left")));
  const auto saved = training::CheckpointStore(run_in(where) + "/checkpoints").newest();
  ASSERT_TRUE(saved.has_value());
  EXPECT_EQ(saved->step, 1) << "the states of steps 0 and 1 have room, that of step 2 has none";
  disk.grow(4 * kTwoStatesAndABit);
  resume(where, 2);
  expect_nothing_lost(where);
}

// Statistics of each rank's own rows: a state must hold those of all, or a break would change the result.
TEST_F(DiskFailures, ARunWithStatisticsPerRankGoesOnAsIfUnbroken) {
  const Words local = {"--set", "parallel.deterministic=none", "--set", "parallel.bn=local",
                       "--set", "training.max_steps=6"};
  ASSERT_EQ(finish_clean(launch(2, train("local", local)), 250), 0) << output;
  const auto broken =
      launch_with_fault(2, train("local-broken", local), "rename */checkpoints/step-*.h5 4 kill");
  ASSERT_EQ(finish_clean(broken, 60), 137) << output;
  resume("local-broken", 2);
  EXPECT_FALSE(state_of("local").empty());
  EXPECT_TRUE(state_of("local") == state_of("local-broken"));
}

}  // namespace
}  // namespace tandem::test
