// tandem selftest as an administrator runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/host.h"
#include "support/mpi_job.h"
#include "support/small_disk.h"
#include "support/temporary_folder.h"

namespace tandem::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

class Selftest : public testing::Test {
 protected:
  /// Exit code; the words before the program start it on several ranks.
  int run(const Words& launcher, const Words& options) {
    Words command = launcher;
    command.insert(command.end(), {TANDEM_BINARY_DIR "/tandem", "selftest"});
    command.insert(command.end(), options.begin(), options.end());
    test::Process process(command, log_ / "output.txt");
    const int code = process.wait(100);
    output_ = process.output();
    return code;
  }
  Words mpirun(int ranks, const Words& more = {}) const { return test::mpirun(ranks, log_.path(), more); }
  std::string folder() const { return folder_.path().string(); }

  test::TemporaryFolder folder_, log_;
  std::string output_;
};

TEST_F(Selftest, NeedsNoLauncherAndLeavesNothingBehind) {
  EXPECT_EQ(run({}, {folder()}), 0) << output_;
  EXPECT_THAT(output_, ContainsRegex("processes +ok +1 by self: 1 on " + host_name()));
  EXPECT_THAT(output_, ContainsRegex("hard links are counted +ok"));
  EXPECT_THAT(output_, ContainsRegex("mpi +collectives +skipped +one process"));
  EXPECT_EQ(test::entries(folder_.path()), 0);
}

TEST_F(Selftest, TestsTheCollectivesOfAJobAndSpeaksJson) {
  EXPECT_EQ(run(mpirun(2), {folder(), "--json", "--megabytes", "2"}), 0) << output_;
  EXPECT_THAT(output_, HasSubstr(R"({"ranks": 2, "failed": 0, "checks": [)"));
  for (const std::string name :
       {"sums are right", "sums by the tree: same bits on all ranks", "bandwidth of a sum",
        "sums beside work of the host", "one of all ranks wins a claim"})
    EXPECT_THAT(output_, HasSubstr("\"name\": \"" + name + "\", \"state\": \"ok\""));
  EXPECT_THAT(output_, ContainsRegex("2\\.0 MB in [0-9.]+ ms: [0-9.]+ GB/s"));
  EXPECT_EQ(test::entries(folder_.path()), 0);
}

TEST_F(Selftest, AFolderThatCannotBeUsedFailsWithItsReason) {
  EXPECT_EQ(run(mpirun(2), {"/proc/nowhere", "--megabytes", "1"}), 70);
  EXPECT_THAT(output_, ContainsRegex("files +folder +FAILED +cannot make a folder in /proc/nowhere"));
  EXPECT_THAT(output_, HasSubstr("error: 1 of "));
}

TEST_F(Selftest, RefusesOptionsOutOfRange) {
  EXPECT_EQ(run({}, {folder(), "--megabytes", "0"}), 65);
  EXPECT_THAT(output_, HasSubstr("--megabytes 0"));
  EXPECT_EQ(run({}, {folder(), "--limit", "-1"}), 65);
}

#ifdef TANDEM_STANDIN
TEST_F(Selftest, TestsNcclWhereEveryRankHasAGpu) {
  const auto launcher = mpirun(2, {"-x", "LD_PRELOAD=" TANDEM_STANDIN, "-x", "STANDIN_GPUS=2"});
  EXPECT_EQ(run(launcher, {folder(), "--megabytes", "1"}), 0) << output_;
  EXPECT_THAT(output_, ContainsRegex("a GPU for each rank +ok +2 visible, rank 0 has 0 \\(0000:01:00.0\\)"));
  EXPECT_THAT(output_, ContainsRegex("nccl +start +ok"));
  EXPECT_THAT(output_, Not(HasSubstr("FAILED")));
}

TEST_F(Selftest, MoreRanksThanGpusIsAFailureWithHostAndNumbers) {
  const auto launcher = mpirun(2, {"-x", "LD_PRELOAD=" TANDEM_STANDIN, "-x", "STANDIN_GPUS=1"});
  EXPECT_EQ(run(launcher, {folder(), "--megabytes", "1"}), 70);
  EXPECT_THAT(output_, HasSubstr("host " + host_name() + ": 2 ranks, 1 GPU."));
}
#endif

}  // namespace
}  // namespace tandem::cli
