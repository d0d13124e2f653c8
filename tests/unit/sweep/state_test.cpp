#include "sweep/trial_state.h"

#include "base/atomic_file.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::sweep {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StateTest : public ::testing::Test {
 protected:
  /// An attempt that reached a step and saved one.
  void attempt(int epoch, std::int64_t step, std::int64_t saved) {
    Claim claim;
    claim.owner.host = "n1";
    claim.width = epoch;
    write_text_file(paths_.claim(epoch), to_text(claim));
    Beat beat;
    beat.count = 1, beat.step = step, beat.saved = saved, beat.seconds = 10;
    write_text_file(paths_.beat(epoch), to_text(beat));
  }
  void failed(int epoch, FailureKind kind, const std::string& reason) {
    write_text_file(paths_.failed(epoch), to_text(Ending{kind, reason}));
  }
  void released(int epoch) {
    write_text_file(paths_.released(epoch), to_text(Ending{FailureKind::Failure, "time"}));
  }
  TrialState state(bool owner_gone = false) { return read_state(paths_, list_trial(paths_), 4, owner_gone); }

  test::TemporaryFolder folder_;
  TrialPaths paths_{folder_.path()};
};

TEST_F(StateTest, FollowsTheLifeOfATrial) {
  EXPECT_EQ(state().state, State::Waiting);
  attempt(1, 12, 10);
  EXPECT_EQ(state().state, State::Running);
  EXPECT_EQ(state(/*owner_gone=*/true).state, State::Waiting);
  released(1);
  EXPECT_EQ(state().state, State::Waiting);
  EXPECT_EQ(state().reason, "time");
  attempt(2, 20, 20);
  EXPECT_EQ(state().state, State::Running);
  write_text_file(paths_.result(2), "x");
  ASSERT_EQ(::link(paths_.result(2).c_str(), paths_.published().c_str()), 0);
  const auto done = state();
  EXPECT_EQ(done.state, State::Done);
  EXPECT_EQ(done.result_epoch, 2);
  EXPECT_EQ(done.seconds, 20);
  EXPECT_THAT(done.widths, ElementsAre(1, 2));
  write_text_file(paths_.result(1), "a zombie's, killed before it could take it away");
  EXPECT_EQ(state().result_epoch, 2);
}

TEST_F(StateTest, BadInputIsNotTriedAgainUntilAskedFor) {
  attempt(1, 5, 5);
  failed(1, FailureKind::BadInput, "loss is nan");
  EXPECT_EQ(state().state, State::Failed);
  EXPECT_EQ(state().reason, "loss is nan");
  write_text_file(paths_.retry(1), "");
  EXPECT_EQ(state().state, State::Waiting);
  attempt(2, 5, 5);
  failed(2, FailureKind::BadInput, "loss is nan again");
  EXPECT_EQ(state().state, State::Failed);
}

TEST_F(StateTest, FourAttemptsWithoutProgressAreEnough) {
  for (int epoch = 1; epoch <= 3; ++epoch) {
    attempt(epoch, 50 + epoch, 0);
    EXPECT_EQ(state(true).state, State::Waiting) << epoch;
  }
  attempt(4, 50, 0);
  EXPECT_EQ(state(false).state, State::Running);  // the fourth itself may still live
  const auto over = state(true);
  EXPECT_EQ(over.state, State::Failed);
  EXPECT_THAT(over.reason, HasSubstr("4 attempts without progress; the last: crashed at step 50 on n1"));
  write_text_file(paths_.retry(4), "");
  EXPECT_EQ(state(true).state, State::Waiting);
}

TEST_F(StateTest, ProgressIsANewCheckpointAndStartsTheCountAgain) {
  attempt(1, 5, 0);
  attempt(2, 5, 0);
  attempt(3, 30, 20);
  EXPECT_EQ(state(true).without_progress, 0);
  attempt(4, 40, 20);  // further than ever, but nothing new on the disk
  EXPECT_EQ(state(true).without_progress, 1);
  EXPECT_EQ(state(true).beat.step, 40);
  for (int epoch = 5; epoch < 60; ++epoch) attempt(epoch, 20 + epoch, 20 + epoch), released(epoch);
  EXPECT_EQ(state().state, State::Waiting);  // preempted for ever, but it comes forward
}

TEST_F(StateTest, StopsWithoutProgressCountToo) {
  for (int epoch = 1; epoch <= 4; ++epoch) attempt(epoch, 0, 0), released(epoch);
  EXPECT_EQ(state().state, State::Failed);  // a job that is requeued and stops at once, again and again
}

TEST_F(StateTest, FailuresOfTheMachineAreTriedAgain) {
  attempt(1, 5, 0);
  failed(1, FailureKind::Failure, "disk full");
  EXPECT_EQ(state().state, State::Waiting);
  EXPECT_EQ(state().reason, "disk full");
}

TEST_F(StateTest, DamagedFilesTellNothingAndStopNobody) {
  attempt(1, 5, 0);
  write_text_file(paths_.beat(1), "count = \n");
  write_text_file(paths_.claim(1), "%");
  write_text_file(paths_.failed(1), "kind = ");
  EXPECT_EQ(state().state, State::Waiting);
}

}  // namespace
}  // namespace tandem::sweep
