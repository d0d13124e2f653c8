#include "sweep/worker.h"

#include "sample_sweep.h"
#include "support/expect_error.h"

namespace tandem::sweep {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Event::Kind;

class WorkerTest : public ::testing::Test {
 protected:
  WorkerTest() {
    options_.poll_s = 0.01;
    options_.on_event = [this](const Event& event) { events_.push_back(describe(event)); };
  }
  void plan(int trials) { sweep_ = std::make_unique<SweepFolder>(test::plan_seeds(folder_.path(), trials)); }
  WorkerReport run(const TrialRunner& runner) { return run_worker(*sweep_, options_, runner); }
  TrialPaths paths(int index) { return sweep_->paths(sweep_->trials()[size_t(index)]); }
  TrialState state(int index) {
    return read_state(paths(index), list_trial(paths(index)), kMaxWithoutProgress);
  }
  void succeed(TrialContext& trial) {
    order_.push_back(trial.trial.seed);
    write_text_file(trial.result, trial.trial.id);
  }
  TrialRunner success() {
    return [this](TrialContext& trial) { succeed(trial); };
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<SweepFolder> sweep_;
  WorkerOptions options_;
  std::vector<std::string> events_;
  std::vector<std::int64_t> order_;
};

TEST_F(WorkerTest, RunsEveryTrialOnceFromItsOffset) {
  plan(4);
  options_.offset = 6;
  const auto report = run(success());
  EXPECT_EQ(report.end, WorkerReport::End::NothingLeft);
  EXPECT_EQ(report.published, 4);
  EXPECT_THAT(order_, ElementsAre(2, 3, 0, 1));
  run(success());
  EXPECT_EQ(order_.size(), 4u);  // nothing finished is ever run again
  EXPECT_EQ(read_text_file(paths(3).published()), sweep_->trials()[3].id);
}

TEST_F(WorkerTest, OneBadTrialNeverStopsTheOthers) {
  plan(4);
  const auto report = run([&](TrialContext& trial) {
    if (trial.trial.seed == 0) fail("no such data set");
    if (trial.trial.seed == 1) throw std::runtime_error("a bug");
    if (trial.trial.seed == 2) return;  // no result
    succeed(trial);
  });
  EXPECT_EQ(report.published, 1);
  EXPECT_EQ(state(0).epoch, 1);
  EXPECT_EQ(state(0).reason, "no such data set");
  EXPECT_EQ(state(1).epoch, 4);  // three retries
  EXPECT_THAT(state(1).reason, HasSubstr("given up after 4 attempts without progress; the last: a bug"));
  EXPECT_THAT(state(2).reason, HasSubstr("the run ended without " + paths(2).result(4).string()));
  EXPECT_EQ(state(3).state, State::Done);
  EXPECT_THAT(events_, ::testing::Contains("trial=base/seed0 epoch=1 step=0 failed: no such data set"));
}

TEST_F(WorkerTest, AStopIsARelease) {
  plan(2);
  const auto report = run([](TrialContext& trial) {
    write_text_file(trial.checkpoints / "last", "x");
    trial.saved(12);
    throw Error("stopped at step 12", ExitCode::Stopped);
  });
  EXPECT_EQ(report.end, WorkerReport::End::Stopped);
  EXPECT_EQ(state(0).state, State::Waiting);
  EXPECT_EQ(state(1).epoch, 0);
  const auto again = run([&](TrialContext& trial) {
    if (trial.trial.seed == 0) {
      EXPECT_EQ(trial.epoch, 2);
      EXPECT_THAT(trial.earlier, ElementsAre(paths(0).checkpoints(1)));
      EXPECT_EQ(trial.checkpoints, paths(0).checkpoints(2));
    }
    succeed(trial);
  });
  EXPECT_EQ(again.published, 2);
  EXPECT_THAT(events_, ::testing::Contains(
                           "trial=base/seed0 epoch=2 step=12 claimed: goes on after: stopped at step 12"));
}

TEST_F(WorkerTest, AStopBetweenTrialsClaimsNothingMore) {
  plan(3);
  options_.stop_asked = [&] { return order_.size() == 1; };
  EXPECT_EQ(run(success()).end, WorkerReport::End::Stopped);
  EXPECT_EQ(order_.size(), 1u);
}

TEST_F(WorkerTest, StopsClaimingWhenTheTimeLeftIsTooShort) {
  plan(3);
  options_.checkpoint_s = 0;
  options_.typical_trial_s = 100;
  double left = 121;
  options_.seconds_left = [&] { return left; };
  const auto report = run([&](TrialContext& trial) { succeed(trial), left = 119; });
  EXPECT_EQ(report.end, WorkerReport::End::OutOfTime);
  EXPECT_EQ(report.published, 1);
  options_.checkpoint_s = 60;  // checkpoints make a shorter time useful
  EXPECT_EQ(run(success()).end, WorkerReport::End::NothingLeft);
}

TEST_F(WorkerTest, TakesUpTheTrialOfADeadProcess) {
  plan(1);
  auto claim = Claim{this_process(), 1, ""};
  claim.owner.start -= 1;
  write_text_file(paths(0).claim(1), to_text(claim));
  EXPECT_EQ(run(success()).published, 1);
  EXPECT_THAT(events_.at(0),
              HasSubstr("taken over from epoch 1 on " + claim.owner.host + ": its process has ended"));
}

TEST_F(WorkerTest, WaitsForASilentOwnersLease) {
  plan(2);
  Claim claim;
  claim.owner.machine = "far away";
  write_text_file(paths(1).claim(1), to_text(claim));
  options_.lease_s = 0.3;
  const Timer timer;
  EXPECT_EQ(run(success()).published, 2);
  EXPECT_GE(timer.seconds(), 0.3);
  EXPECT_THAT(order_, ElementsAre(0, 1));
}

TEST_F(WorkerTest, LeavesALivingOwnersTrialAlone) {
  plan(1);
  Claim claim;
  claim.owner.machine = "far away";
  write_text_file(paths(0).claim(1), to_text(claim));
  options_.lease_s = 1000;
  int looks = 0;
  options_.stop_asked = [&] {  // each look sees another beat
    Beat beat;
    beat.count = ++looks;
    write_text_file(paths(0).beat(1), to_text(beat));
    return looks > 1000;
  };
  EXPECT_EQ(run(success()).end, WorkerReport::End::NothingLeft);
  EXPECT_THAT(order_, IsEmpty());
}

TEST_F(WorkerTest, AnOwnerThatStalledIsFencedWhateverItMeets) {
  plan(1);
  const auto overtaken = [&](TrialContext& trial) {
    EXPECT_FALSE(trial.superseded());
    auto successor = TrialClaim::take(paths(0), trial.epoch + 1, {this_process(), 1, ""});
    EXPECT_TRUE(trial.superseded());
    write_text_file(paths(0).result(trial.epoch + 1), "successor's");
    successor->publish();
    fail_system("my checkpoint folder has vanished");
  };
  const auto report = run(overtaken);
  EXPECT_EQ(report.failed, 0);
  EXPECT_EQ(events_.back(), "trial=base/seed0 epoch=1 step=0 superseded: epoch 2");
  EXPECT_FALSE(list_trial(paths(0)).ended(1));
  EXPECT_EQ(read_text_file(paths(0).published()), "successor's");
}

TEST_F(WorkerTest, ABrokenGroupEndsTheWorkerAndIsWrittenDown) {
  plan(2);
  test::expect_error([&] { run([](TrialContext&) { throw Error("rank 3 is silent", ExitCode::Watchdog); }); },
                     "rank 3 is silent", ExitCode::Watchdog);
  EXPECT_EQ(state(0).reason, "rank 3 is silent");
  EXPECT_EQ(state(0).state, State::Waiting);
}

TEST_F(WorkerTest, AFolderThatCannotBeUsedIsPassedOver) {
  plan(3);
  fs::remove_all(paths(1).folder);
  write_text_file(paths(1).folder, "a file in its place");
  EXPECT_EQ(run(success()).published, 2);
}

}  // namespace
}  // namespace tandem::sweep
