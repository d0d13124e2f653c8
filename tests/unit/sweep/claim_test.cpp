#include "sweep/trial_claim.h"

#include <sys/stat.h>

#include "base/atomic_file.h"
#include "base/text.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::sweep {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class ClaimTest : public ::testing::Test {
 protected:
  std::optional<TrialClaim> take(int epoch) { return TrialClaim::take(paths_, epoch, claim_); }
  void write_result(int epoch, const std::string& text) { write_text_file(paths_.result(epoch), text); }
  std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_.path())) out.push_back(entry.path().filename());
    std::sort(out.begin(), out.end());
    return out;
  }

  test::TemporaryFolder folder_;
  TrialPaths paths_{folder_.path()};
  Claim claim_{this_process(), 2, utc_now()};
};

TEST_F(ClaimTest, OneOfTwoGetsAnEpoch) {
  auto first = take(1);
  ASSERT_TRUE(first);
  EXPECT_FALSE(take(1));
  EXPECT_EQ(list_trial(paths_).epoch(), 1);
  EXPECT_EQ(first->superseded(), "");
  const auto claim = read_claim(paths_.claim(1));
  EXPECT_EQ(claim.owner.pid, ::getpid());
  EXPECT_EQ(claim.owner.start, process_start(::getpid()));
  EXPECT_EQ(claim.width, 2);
}

TEST_F(ClaimTest, ADamagedTemporaryIsALostClaimNotADoubleOne) {
  // The proof is the link count: somebody else's claim.1 leaves the claimant's own file with one name.
  write_text_file(paths_.claim(1), "host = 'other'\n");
  EXPECT_FALSE(take(1));
  EXPECT_THAT(names(), ElementsAre("claim.1"));
}

TEST_F(ClaimTest, ALaterEpochFencesTheEarlierOne) {
  auto zombie = take(1);
  auto successor = take(2);
  EXPECT_EQ(zombie->superseded(), "epoch 2");
  write_result(1, "zombie");
  EXPECT_EQ(zombie->publish(), Publication::Superseded);
  EXPECT_FALSE(fs::exists(paths_.published()));
  test::expect_error([&] { published_run(paths_); }, "a trial without a result yet");
  write_result(2, "successor");
  EXPECT_EQ(successor->publish(), Publication::Published);
  EXPECT_EQ(read_text_file(paths_.published()), "successor");
  EXPECT_EQ(published_run(paths_), paths_.checkpoints(2));
  write_result(1, "zombie again");
  EXPECT_EQ(zombie->publish(), Publication::Duplicate);
  EXPECT_EQ(read_text_file(paths_.published()), "successor");
  EXPECT_THAT(names(), ElementsAre("beat.2", "claim.1", "claim.2", "result.2.h5", "result.h5"));
}

TEST_F(ClaimTest, TheFirstResultWinsEvenUnseen) {
  auto claim = take(1);
  write_result(1, "mine");
  // Another published between the look and the link: here the link itself must refuse.
  fs::create_directory(folder_ / "elsewhere");
  write_text_file(folder_ / "elsewhere/r", "theirs");
  ASSERT_EQ(::link((folder_ / "elsewhere/r").c_str(), paths_.published().c_str()), 0);
  EXPECT_EQ(claim->publish(), Publication::Duplicate);
  EXPECT_EQ(read_text_file(paths_.published()), "theirs");
  EXPECT_FALSE(fs::exists(paths_.result(1)));
}

TEST_F(ClaimTest, PublishingTidiesWhatTheDeadLeft) {
  auto dead = take(1);
  fs::create_directories(paths_.checkpoints(1));
  write_text_file(folder_ / "beat.1.tmp77", "half");
  auto claim = take(2);
  fs::create_directories(paths_.checkpoints(2));
  write_result(1, "closed, never published");
  write_result(2, "x");
  EXPECT_EQ(claim->publish(), Publication::Published);
  EXPECT_THAT(names(), ElementsAre("beat.2", "ckpt", "claim.1", "claim.2", "result.2.h5", "result.h5"));
  EXPECT_FALSE(fs::exists(paths_.checkpoints(1)));
  EXPECT_TRUE(fs::exists(paths_.checkpoints(2)));
}

TEST_F(ClaimTest, BeatsAreSparseAndNeverEqual) {
  auto claim = take(1);
  claim->beat(1, 1000);
  const auto first = read_text_file(paths_.beat(1));
  claim->beat(2, 1000);
  EXPECT_EQ(read_text_file(paths_.beat(1)), first);
  claim->beat(2, 0);
  claim->beat(2, 0);
  EXPECT_EQ(read_beat(paths_.beat(1)).count, 3);
  claim->saved(7);
  const auto beat = read_beat(paths_.beat(1));
  EXPECT_EQ(beat.count, 4);
  EXPECT_EQ(beat.step, 7);
  EXPECT_EQ(beat.saved, 7);
}

TEST_F(ClaimTest, EndingsAreWrittenDown) {
  auto claim = take(1);
  claim->fail(FailureKind::BadInput, "loss is \"nan\"\nin step 3");
  EXPECT_TRUE(list_trial(paths_).ended(1));
  const auto ending = read_ending(paths_.failed(1));
  EXPECT_EQ(ending.kind, FailureKind::BadInput);
  EXPECT_EQ(ending.reason, "loss is \"nan\"\nin step 3");
  take(2)->release("time limit");
  EXPECT_EQ(read_ending(paths_.released(2)).reason, "time limit");
  EXPECT_THAT(names(), ElementsAre("beat.1", "beat.2", "claim.1", "claim.2", "failed.1", "released.2"));
}

TEST_F(ClaimTest, ForeignNamesAreIgnored) {
  for (const char* name :
       {"claim.0", "claim.x", "claim.3.tmp", "claim.", "result..h5", "result.2.h5.tmp9", "claim.-1"})
    write_text_file(folder_ / name, "");
  const auto files = list_trial(paths_);
  EXPECT_EQ(files.epoch(), 0);
  EXPECT_TRUE(files.results.empty());
  test::expect_error([&] { list_trial({folder_ / "nowhere"}); }, "cannot look into", ExitCode::Failure);
}

}  // namespace
}  // namespace tandem::sweep
