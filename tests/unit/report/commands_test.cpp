#include "report/commands.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"
#include "sample_runs.h"
#include "support/temporary_folder.h"

namespace tandem::report {
namespace {

using test::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Outcome {
  int code;
  std::string out, err;
};

Outcome call(const std::vector<std::string>& words) {
  const program::Program program{.name = "tandem-report",
                                 .summary = "",
                                 .commands = {table_command(), scores_command(), history_command()}};
  std::vector<const char*> argv = {"tandem-report"};
  for (const auto& word : words) argv.push_back(word.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome{program.run(int(argv.size()), argv.data()), "", ""};
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

/// A specification and one run.
class Commands : public testing::Test {
 protected:
  Commands() {
    write_text_file(folder_ / "t.toml",
                    "title = \"T\"\ndigits = 2\n[[row]]\nexperiment = \"standard\"\n"
                    "[[column]]\nlabel = \"A\"\ndomain = \"a\"\nnetwork = \"FTN\"\n");
    auto run = test::sample_run("standard", "s0");
    test::add_flat_score(run, "a", "FTN", 0.75);
    run.history = {{"loss", {2.5, 1.0 / 3}}, {"epoch", {1, 2}}, {"acc", {0, 1}}};
    records::write_result(folder_ / "runs/s0/result.h5", run);
  }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  TemporaryFolder folder_;
};

TEST_F(Commands, TableShowsAndWrites) {
  const auto first = call({"table", at("t.toml"), "--runs", at("runs"), "--out-prefix", at("out/t")});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out,
              StartsWith("T\n\n           A\n standard  0.75\n\nruns: standard/s0 (seed 0, cval 0)\n"));
  EXPECT_THAT(first.out, HasSubstr("written: " + at("out/t.csv") + "\n"));
  EXPECT_THAT(read_text_file(at("out/t.md")), HasSubstr("| standard | 0.75 |\n"));
  EXPECT_THAT(read_text_file(at("out/t.csv")), HasSubstr("standard,A,0.75,,1,1\n"));
}

TEST_F(Commands, TableOverwritesOnlyWhenForced) {
  write_text_file(at("t.csv"), "precious");
  const std::vector<std::string> words = {"table",    at("t.toml"),   "--runs",
                                          at("runs"), "--out-prefix", at("t")};
  const auto refused = call(words);
  EXPECT_EQ(refused.code, 65);
  EXPECT_THAT(refused.err, HasSubstr("t.csv exists already; --force replaces it"));
  EXPECT_FALSE(std::filesystem::exists(at("t.md")));  // nothing half done
  EXPECT_EQ(read_text_file(at("t.csv")), "precious");
  auto forced = words;
  forced.push_back("--force");
  EXPECT_EQ(call(forced).code, 0);
  EXPECT_THAT(read_text_file(at("t.csv")), StartsWith("row,column,"));
}

TEST_F(Commands, TableWritesOneFileInOneFormat) {
  const auto outcome =
      call({"table", at("t.toml"), "--runs", at("runs"), "--format", "csv", "--out", at("x.csv"), "--quiet"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(read_text_file(at("x.csv")), StartsWith("row,column,"));
  EXPECT_EQ(call({"table", at("t.toml"), "--runs", at("runs"), "--format", "latex"}).code, 65);
}

TEST_F(Commands, TableCarriesWarningsInItsNotes) {
  write_text_file(at("runs/bad/result.h5"), "hello");
  const auto outcome = call({"table", at("t.toml"), "--runs", at("runs")});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, StartsWith("warning: left out: "));
  EXPECT_THAT(outcome.out, HasSubstr("note: left out: "));
  EXPECT_THAT(outcome.out, HasSubstr("note: 1 of 2 result files left out\n"));
}

TEST_F(Commands, ScoresInLongForm) {
  const auto outcome = call({"scores", "--runs", at("runs"), "--csv"});
  EXPECT_EQ(outcome.out,
            "experiment,run_id,seed,cval,domain,case,patient,frame,network,class,metric,value\n"
            "standard,s0,0,0,a,p0_ED,p0,ED,FTN,LV,dice,0.75\n"
            "standard,s0,0,0,a,p0_ED,p0,ED,FTN,MYO,dice,0.75\n"
            "standard,s0,0,0,a,p0_ED,p0,ED,FTN,RV,dice,0.75\n");
}

TEST_F(Commands, HistoryOfOneRun) {
  EXPECT_EQ(call({"history", at("runs/s0")}).out,
            " epoch  acc  loss\n"
            " 1      0    2.5\n"
            " 2      1    0.33333\n");
  EXPECT_EQ(call({"history", at("runs"), "--csv"}).out, "epoch,acc,loss\n1,0,2.5\n2,1,0.3333333333333333\n");
  records::write_result(at("runs/s1/result.h5"), test::sample_run("standard", "s1"));
  EXPECT_THAT(call({"history", at("runs")}).err, HasSubstr("holds 2 results; name one"));
  EXPECT_THAT(call({"history", at("runs/s1")}).err, HasSubstr("has no history"));
}

}  // namespace
}  // namespace tandem::report
