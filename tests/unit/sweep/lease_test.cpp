#include "sweep/lease.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "sweep/trial_claim.h"

namespace tandem::sweep {
namespace {

class LeaseTest : public ::testing::Test {
 protected:
  LeaseTest() { far_away_.owner.host = "n1", far_away_.owner.machine = "another", far_away_.owner.pid = 1; }

  LeaseWatch watch(const Owner& self = this_process()) {
    return LeaseWatch(Obituaries(
                          self, [this](const std::string& job) { return queue(job); }, 0),
                      180, [this] { return now_; });
  }
  std::string queue(const std::string& job) { return ++asked_, job == "7_1" ? job_state_ : "?"; }
  void write_claim() { write_text_file(paths_.claim(1), to_text(far_away_)); }
  void write_beat(int count) {
    Beat beat;
    beat.count = count;
    write_text_file(paths_.beat(1), to_text(beat));
  }

  test::TemporaryFolder folder_;
  TrialPaths paths_{folder_.path()};
  Claim far_away_;
  double now_ = 1000;
  std::string job_state_ = "RUNNING";
  int asked_ = 0;
};

TEST_F(LeaseTest, RunsOutOnlyAfterTheSameBeatWasSeenForItsLength) {
  write_claim();
  auto lease = watch();
  now_ = 1e6;  // however old the claim is: its lease starts with the first look
  EXPECT_EQ(lease.why_gone(paths_, 1), "");
  now_ += 179;
  EXPECT_EQ(lease.why_gone(paths_, 1), "");
  write_beat(1);
  now_ += 2;
  EXPECT_EQ(lease.why_gone(paths_, 1), "");
  now_ += 179;
  EXPECT_EQ(lease.why_gone(paths_, 1), "");
  now_ += 2;
  EXPECT_EQ(lease.why_gone(paths_, 1), "no sign of life for 3 min 01 s");
}

TEST_F(LeaseTest, AnotherEpochStartsANewLease) {
  write_claim();
  auto lease = watch();
  lease.why_gone(paths_, 1);
  now_ += 200;
  write_text_file(paths_.claim(2), to_text(far_away_));
  EXPECT_EQ(lease.why_gone(paths_, 2), "");
}

TEST_F(LeaseTest, SignsOfLifeAreChangesThatWereSeen) {
  write_claim();
  write_beat(1);
  auto lease = watch();
  lease.why_gone(paths_, 1);
  EXPECT_FALSE(lease.alive_since(paths_, 1000));  // the first look proves nothing
  now_ = 1010;
  write_beat(2);
  lease.why_gone(paths_, 1);
  EXPECT_TRUE(lease.alive_since(paths_, 1000));
  EXPECT_FALSE(lease.alive_since(paths_, 1011));
}

TEST_F(LeaseTest, ADeadProcessOfThisMachineIsGoneAtOnce) {
  const pid_t child = ::fork();
  if (child == 0) ::pause(), ::_exit(0);
  far_away_.owner = this_process();
  far_away_.owner.pid = child;
  far_away_.owner.start = process_start(child);
  ASSERT_GT(far_away_.owner.start, 0);
  write_claim();
  auto lease = watch();
  EXPECT_EQ(lease.why_gone(paths_, 1), "");
  ::kill(child, SIGKILL);
  siginfo_t info;
  ::waitid(P_PID, id_t(child), &info, WEXITED | WNOWAIT);  // ended, but still a zombie
  EXPECT_EQ(lease.why_gone(paths_, 1), "its process has ended");
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(lease.why_gone(paths_, 1), "its process has ended");
}

TEST_F(LeaseTest, ALaterProcessWithTheSameNumberIsNotTheOwner) {
  far_away_.owner = this_process();
  far_away_.owner.start -= 1;
  write_claim();
  EXPECT_EQ(watch().why_gone(paths_, 1), "its process has ended");
}

TEST_F(LeaseTest, AJobThatLeftTheQueueIsGone) {
  far_away_.owner.job = "7_1";
  write_claim();
  auto lease = watch();
  EXPECT_EQ(lease.why_gone(paths_, 1), "");
  job_state_ = "?";  // nobody answers
  EXPECT_EQ(lease.why_gone(paths_, 1), "");
  job_state_ = "PENDING";
  EXPECT_EQ(lease.why_gone(paths_, 1), "its job was requeued");
  job_state_ = "";
  EXPECT_EQ(lease.why_gone(paths_, 1), "its job has ended");
}

TEST_F(LeaseTest, ARequeuedJobKnowsItsEarlierSelf) {
  far_away_.owner.job = "8_1";
  write_claim();
  Owner self = this_process();
  self.job = "8_1";
  EXPECT_EQ(watch(self).why_gone(paths_, 1), "");
  self.job_restart = 1;
  EXPECT_EQ(watch(self).why_gone(paths_, 1), "its job was requeued");
  self.cluster = "another";
  EXPECT_EQ(watch(self).why_gone(paths_, 1), "");
  EXPECT_EQ(asked_, 0);
}

TEST_F(LeaseTest, OnlyJobNumbersReachTheShell) {
  EXPECT_EQ(ask_squeue("7; touch " + (folder_ / "x").string()), "?");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x"));
}

}  // namespace
}  // namespace tandem::sweep
