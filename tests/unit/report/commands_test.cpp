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
                                 .commands = {table_command(), scores_command(), history_command(),
                                              compare_command(), explain_command()}};
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
  EXPECT_EQ(call({"table", at("t.toml"), "--runs", at("runs"), "--format", "word"}).code, 65);
}

TEST_F(Commands, TableCarriesWarningsInItsNotes) {
  write_text_file(at("runs/bad/result.h5"), "hello");
  const auto outcome = call({"table", at("t.toml"), "--runs", at("runs")});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, StartsWith("warning: left out: "));
  EXPECT_THAT(outcome.out, HasSubstr("note: left out: "));
  EXPECT_THAT(outcome.out, HasSubstr("note: 1 of 2 result files left out\n"));
}

/// Two experiments over the same eight cases; the second is better by 0.1 in seven of them.
class TwoExperiments : public Commands {
 protected:
  TwoExperiments() {
    std::filesystem::remove_all(folder_ / "runs");
    for (const auto& [experiment, offset] : {std::pair("standard", 0.0), std::pair("proposed", 0.1)}) {
      auto run = test::sample_run(experiment, "r0");
      std::vector<double> values;
      for (int i = 0; i < 8; ++i) values.push_back(0.5 + 0.01 * i * i + (i == 3 ? -offset : offset));
      for (const char* domain : {"acdc", "acdc-c_motion"})
        test::add_scores(run, domain, "FTN", {{"LV", values}, {"MYO", values}, {"RV", values}});
      records::write_result(folder_ / "runs" / experiment / "result.h5", run);
    }
  }
};

TEST_F(TwoExperiments, CompareOverAllDataSets) {
  const auto text = call({"compare", "standard", "proposed", "--runs", at("runs"), "--digits", "3"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("proposed against standard: dice\n"));
  // Ranks 4.5 each: 31.5 against 4.5, of 256 patterns 9 on each side; Holm doubles.
  EXPECT_THAT(text.out, HasSubstr(" acdc FTN           8      0.675     0.750     +0.075"));
  EXPECT_THAT(text.out, HasSubstr("  0.070  0.141     +1.06  +0.75"));
  EXPECT_THAT(text.out, HasSubstr("runs: standard/r0 (seed 0, cval 0); proposed/r0 (seed 0, cval 0)\n"));
  const auto csv = call({"compare", "standard", "proposed", "--runs", at("runs"), "--format", "csv"});
  EXPECT_THAT(csv.out, HasSubstr("\nacdc FTN,8,0.675,0.75,0.07500000"));
  EXPECT_EQ(call({"compare", "standard", "proposed", "--runs", at("runs"), "--format", "csv"}).out, csv.out);
}

TEST_F(TwoExperiments, CompareNamesWhatIsMissing) {
  const auto unknown = call({"compare", "standard", "propsed", "--runs", at("runs")});
  EXPECT_EQ(unknown.code, 65);
  EXPECT_THAT(unknown.err, HasSubstr("no complete run of experiment 'propsed' (did you mean 'proposed'?)"));
  EXPECT_THAT(call({"compare", "standard", "proposed", "--runs", at("runs"), "--metric", "iou"}).err,
              HasSubstr("have no iou scores on the same data set"));
  EXPECT_EQ(call({"compare", "standard", "proposed", "--runs", at("runs"), "--format", "word"}).code, 65);
}

TEST_F(TwoExperiments, ExplainTellsRunsClassesCasesAndTest) {
  const auto outcome = call({"explain", at("runs"), "--row", "proposed", "--column", "motion"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("proposed, motion: dice by FTN on acdc-c_motion\n0.7500 ours\n"
                                      "mean over LV 0.7500, MYO 0.7500, RV 0.7500 · 8 cases x 1 run\n"));
  EXPECT_THAT(outcome.out, HasSubstr("lowest cases   acdc-c_motion/p1_ES 0.4900,"));
  EXPECT_THAT(outcome.out, HasSubstr("run proposed/r0  0.7500"));
  EXPECT_THAT(outcome.out, HasSubstr("data acdc-c_motion  SHA-256 aaaaaaaaaaaa\n"));
  EXPECT_THAT(outcome.out, HasSubstr("against standard: +0.0750 ["));
  EXPECT_THAT(outcome.out, HasSubstr("over 8 cases, Wilcoxon p = 0.070 (Holm 0.070 over 1)"));
}

TEST_F(TwoExperiments, ExplainATableCellWithItsPublishedNumber) {
  write_text_file(
      at("t.toml"),
      "title = \"T\"\n[[row]]\nlabel = \"Ours\"\nexperiment = \"proposed\"\npublished = [0.8, 0.7]\n"
      "[[column]]\nlabel = \"A\"\ndomain = \"acdc\"\nnetwork = \"FTN\"\n"
      "[[column]]\nlabel = \"ED\"\naverage_of = [\"acdc\", \"acdc-c_motion\"]\nnetwork = \"FTN\"\n"
      "frame = \"ED\"\n");
  const auto outcome =
      call({"explain", at("runs"), "--table", at("t.toml"), "--row", "Ours", "--column", "ED"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("proposed, ED: dice by FTN on acdc, acdc-c_motion (frame ED)\n"
                                     "0.7000 published · 0.7400 ours · +0.0400\n"));
  EXPECT_THAT(outcome.out, HasSubstr("8 cases x 1 run, every case alike\n"));
  EXPECT_THAT(outcome.out, HasSubstr("over 2)"));
  EXPECT_THAT(call({"explain", at("runs"), "--table", at("t.toml"), "--row", "Ours", "--column", "B"}).err,
              HasSubstr("the table has no column 'B'; its columns: A, ED"));
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
