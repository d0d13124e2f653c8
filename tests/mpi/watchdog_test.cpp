// Jobs that hang, under mpirun: they must end in seconds, with exit code 76, a message that names the rank
// that is missing, and nothing left behind.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/host.h"
#include "base/timer.h"
#include "comm/progress.h"
#include "support/mpi_job.h"
#include "support/temporary_folder.h"

namespace tandem::comm {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// A job of `ranks` ranks of watchdog_program.
class Job {
 public:
  Job(int ranks, const std::string& fault, const std::string& form = "",
      const std::vector<std::string>& before = {})
      : ranks_(ranks) {
    auto words = before;
    words.insert(words.end(), {TANDEM_BINARY_DIR "/watchdog_program", folder().string(), fault});
    if (!form.empty()) words.push_back(form);
    const auto command = test::mpirun(ranks, folder_.path(), words);
    process_ = std::make_unique<test::Process>(command, folder_ / "output.txt");
  }
  const std::filesystem::path& folder() const { return folder_.path(); }
  /// That of the watchdog, named after rank 0.
  std::filesystem::path watchdog_folder() const {
    return folder() / fmt::format("{}.{}", host_name(), pid(0));
  }
  test::Process& process() { return *process_; }

  pid_t pid(int rank) const {
    pid_t pid = 0;
    for (int i = 0; i < 500 && pid <= 0; ++i) {
      std::ifstream(folder_ / ("pid." + std::to_string(rank))) >> pid;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    if (pid <= 0)  // 0 would be a signal to this test's own group
      throw std::runtime_error(fmt::format("rank {} did not start: {}", rank, process_->output()));
    return pid;
  }
  std::vector<pid_t> wait_until_it_steps() const {
    std::vector<pid_t> pids;
    for (int r = 0; r < ranks_; ++r) pids.push_back(pid(r));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return pids;
  }

 private:
  int ranks_;
  test::TemporaryFolder folder_;
  std::unique_ptr<test::Process> process_;
};

void expect_gone(const std::vector<pid_t>& pids) { EXPECT_THAT(test::left_behind(pids), testing::IsEmpty()); }

int count(const std::string& text, const std::string& word) {
  int found = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

TEST(Watchdog, LeavesAHealthyJobAlone) {
  Job job(3, "none");
  job.wait_until_it_steps();
  std::this_thread::sleep_for(std::chrono::seconds(4));  // more than any limit of a step
  std::ofstream(job.folder() / "stop").flush();
  EXPECT_EQ(job.process().wait(20), 0) << job.process().output();
  EXPECT_THAT(job.process().output(), HasSubstr("ended well"));
  EXPECT_FALSE(std::filesystem::exists(job.watchdog_folder()));
}

TEST(Watchdog, AStoppedRankEndsTheJobAndIsNamed) {
  Job job(4, "none");
  const auto pids = job.wait_until_it_steps();
  const Timer timer;
  ::kill(pids[1], SIGSTOP);
  EXPECT_EQ(job.process().wait(30), 76);
  EXPECT_LT(timer.seconds(), 10);
  const auto text = job.process().output();
  EXPECT_THAT(text, HasSubstr("rank 1 (host " + host_name() + ", process " + std::to_string(pids[1]) +
                              " is stopped or lost) has not finished step "));
  // A sum reaches some ranks before others: they may stand one bucket apart.
  EXPECT_THAT(text, ContainsRegex("ranks?( [023],?)+ waits? in step [0-9]+ \\(bucket [0-2]\\)"));
  EXPECT_EQ(count(text, " has not finished "), 1) << text;
  EXPECT_THAT(text, HasSubstr("Last checkpoint: step 2. Exit code 76."));
  EXPECT_EQ(count(text, "Exit code 76."), 1) << text;
  EXPECT_TRUE(std::filesystem::exists(job.watchdog_folder() / "watchdog.txt"));
  expect_gone(pids);
}

TEST(Watchdog, ALeaderThatIsStoppedIsNamedToo) {
  Job job(2, "none");
  const auto pids = job.wait_until_it_steps();
  ::kill(pids[0], SIGSTOP);
  EXPECT_EQ(job.process().wait(30), 76);
  EXPECT_THAT(job.process().output(), HasSubstr("rank 0 (host "));
  expect_gone(pids);
}

TEST(Watchdog, AStoppedHostIsNamedByTheOthersFromItsFile) {
  Job job(4, "none", "nodes");
  const auto pids = job.wait_until_it_steps();
  for (const int rank : {0, 1}) ::kill(pids[size_t(rank)], SIGSTOP);
  EXPECT_EQ(job.process().wait(30), 76);
  const auto text = job.process().output();
  for (const int rank : {0, 1})
    EXPECT_THAT(text, ContainsRegex(std::to_string(rank) + " \\(host [^,]*, process " +
                                    std::to_string(pids[size_t(rank)]) + " is stopped or lost\\)"));
  EXPECT_THAT(text, ContainsRegex("ranks?( [23],?)+ waits? in step"));
  expect_gone(pids);
}

TEST(Watchdog, ARankWhoseWorkHangsIsNamedWithItsStack) {
  Job job(3, "sleep");
  const auto pids = job.wait_until_it_steps();
  EXPECT_EQ(job.process().wait(30), 76);
  const auto text = job.process().output();
  EXPECT_THAT(text, HasSubstr("rank 1 (host " + host_name() + ") has not finished step 3"));
  EXPECT_THAT(text, HasSubstr("ranks 0, 2 wait in step 3 (bucket 0)"));
  std::ifstream stack(job.watchdog_folder() / "rank1.stack.txt");
  const std::string frames((std::istreambuf_iterator<char>(stack)), {});
  EXPECT_THAT(frames, HasSubstr("watchdog_program"));
  expect_gone(pids);
}

TEST(Watchdog, WaitsForARankThatIsSlowWithinItsOwnLimit) {
  Job job(3, "checkpoint");
  EXPECT_EQ(job.process().wait(30), 0) << job.process().output();
}

TEST(Watchdog, TheProgressFileOfAHostShowsEveryRank) {
  Job job(3, "none");
  job.wait_until_it_steps();
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  std::ifstream file(job.watchdog_folder() / (host_name() + ".0.progress"));
  RankProgress rank;
  int ranks = 0;
  for (std::string line; std::getline(file, line); ++ranks) {
    ASSERT_TRUE(parse_progress(line, rank)) << line;
    EXPECT_EQ(rank.rank, ranks);
    EXPECT_EQ(rank.phase, Phase::Step);
    EXPECT_GT(rank.step, 2);
  }
  EXPECT_EQ(ranks, 3);
  std::ofstream(job.folder() / "stop").flush();
  EXPECT_EQ(job.process().wait(20), 0);
}

#ifdef TANDEM_STANDIN
TEST(Watchdog, AStalledRankOnNcclEndsTheJobAlsoIfTheAbortHangs) {
  for (const std::string hangs : {"0", "1"}) {
    Job job(2, "none", "nccl", {"-x", "LD_PRELOAD=" TANDEM_STANDIN, "-x", "STANDIN_ABORT_HANGS=" + hangs});
    const auto pids = job.wait_until_it_steps();
    const Timer timer;
    ::kill(pids[1], SIGSTOP);
    EXPECT_EQ(job.process().wait(30), 76);
    EXPECT_LT(timer.seconds(), 15);
    EXPECT_THAT(job.process().output(), HasSubstr("rank 1 (host "));
    expect_gone(pids);
  }
}
#endif

}  // namespace
}  // namespace tandem::comm
