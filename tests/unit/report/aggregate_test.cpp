#include "report/aggregate.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "sample_runs.h"

namespace tandem::report {
namespace {

using test::add_flat_score;
using test::add_scores;
using test::sample_run;
using test::sample_spec;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<RunSummary> summaries(const std::vector<records::RunResult>& results) {
  std::vector<RunSummary> out;
  for (const auto& result : results) out.push_back(summarise(result, "dice"));
  return out;
}

records::RunResult flat_run(const std::string& experiment, const std::string& id, std::int64_t seed, double a,
                            double b) {
  auto run = sample_run(experiment, id, seed);
  add_flat_score(run, "a", "FTN", a);
  add_flat_score(run, "b", "FTN", b);
  return run;
}

/// Both rows complete: standard (0.5, 0.7) and (0.7, 0.5), cooperative twice (0.8, 0.8).
std::vector<records::RunResult> full_set() {
  return {flat_run("standard", "s0", 0, 0.5, 0.7), flat_run("standard", "s1", 1, 0.7, 0.5),
          flat_run("cooperative", "c0", 0, 0.8, 0.8), flat_run("cooperative", "c1", 1, 0.8, 0.8)};
}

TEST(Summarise, ClassesWeighEquallyAndFramesArePooled) {
  auto run = sample_run("x", "1");
  add_scores(run, "a", "FTN",
             {{"LV", {0.9, 0.7}}, {"MYO", {0.5, 0.6}}, {"RV", {0.2, 0.8}}, {"FAT", {0.0, 0.0}}});
  add_flat_score(run, "a", "FTN+STN", 0.1);
  run.scores.push_back({"a", "p0_ED", "p0", "ED", "FTN", "LV", "iou", 0.0});
  const auto summary = summarise(run, "dice");
  ASSERT_TRUE(summary.find("a", "FTN"));
  EXPECT_DOUBLE_EQ(summary.find("a", "FTN")->value.value(), (0.8 + 0.55 + 0.5) / 3);
  EXPECT_EQ(summary.find("a", "FTN")->most_cases, 2);
  EXPECT_DOUBLE_EQ(summary.find("a", "FTN+STN")->value.value(), 0.1);
  EXPECT_EQ(summary.find("b", "FTN"), nullptr);
  EXPECT_EQ(summary.commit, "c0ffee");
}

TEST(Summarise, RefusesTwoScoresForOneCase) {
  auto run = sample_run("x", "1");
  add_flat_score(run, "a", "FTN", 0.5);
  add_flat_score(run, "b", "FTN", 0.5);  // the same case names elsewhere are fine
  EXPECT_NO_THROW(summarise(run, "dice"));
  add_flat_score(run, "a", "FTN", 0.6);
  EXPECT_THROW(summarise(run, "dice"), Error);
}

TEST(Summarise, UnknownEnvironmentKeepsTheScores) {
  auto run = sample_run("x", "1");
  run.environment = "not = [toml";
  EXPECT_EQ(summarise(run, "dice").commit, "unknown");
  run.environment = "";
  EXPECT_EQ(summarise(run, "dice").commit, "unknown");
}

TEST(MakeTable, MeanAndDeviationOverRuns) {
  auto spec = sample_spec();
  const auto runs = summaries(full_set());
  const auto table = make_table(spec, runs);
  const Cell& a = table.cells[0][0];
  EXPECT_DOUBLE_EQ(a.mean.value(), 0.6);
  EXPECT_NEAR(a.deviation.value(), std::sqrt(0.02), 1e-15);  // sample: (0.01 + 0.01) / 1
  EXPECT_EQ(a.runs, 2);
  // The average is formed per run (0.6 and 0.6), so its deviation is that of the runs, not of the data sets.
  EXPECT_DOUBLE_EQ(table.cells[0][2].mean.value(), 0.6);
  EXPECT_NEAR(table.cells[0][2].deviation.value(), 0, 1e-15);
  EXPECT_THAT(table.notes, IsEmpty());

  spec.deviation = Deviation::Population;
  EXPECT_NEAR(make_table(spec, runs).cells[0][0].deviation.value(), 0.1, 1e-15);
  spec.deviation = Deviation::None;
  EXPECT_FALSE(make_table(spec, runs).cells[0][0].deviation);
}

TEST(MakeTable, AverageWeighsDataSetsEquallyWhateverTheirSize) {
  auto run = sample_run("standard", "s0");
  add_scores(run, "a", "FTN", {{"LV", {1, 1, 1, 1}}, {"MYO", {1, 1, 1, 1}}, {"RV", {1, 1, 1, 1}}});
  add_flat_score(run, "b", "FTN", 0.5);
  EXPECT_DOUBLE_EQ(make_table(sample_spec(), summaries({run})).cells[0][2].mean.value(), 0.75);
}

TEST(MakeTable, SaysWithWhichSettingsABaselineRan) {
  auto results = full_set();
  for (auto& run : results) run.config = "[da]\nmethod = \"none\"\n[advnoise]\nrenorm = true\n";
  EXPECT_THAT(make_table(sample_spec(), summaries(results)).notes, IsEmpty());
  results[0].config = "[da]\nmethod = \"advnoise\"\n[advnoise]\neps = 0.1\nrenorm = true\n";
  results[1].config = "[da]\nmethod = \"advnoise\"\n[advnoise]\neps = 0.1\nrenorm = false\n";
  EXPECT_THAT(
      make_table(sample_spec(), summaries(results)).notes,
      ElementsAre("Standard: advnoise: eps = 0.1, renorm = false; or advnoise: eps = 0.1, renorm = true"));
}

TEST(MakeTable, MissingRunsAreShownAndCounted) {
  auto results = full_set();
  results[1].state = "stopped";
  results.resize(2);
  const auto table = make_table(sample_spec(), summaries(results));
  EXPECT_DOUBLE_EQ(table.cells[0][0].mean.value(), 0.5);
  EXPECT_EQ(table.cells[0][0].runs, 1);
  EXPECT_EQ(table.cells[0][0].expected, 2);
  EXPECT_FALSE(table.cells[0][0].deviation);  // one run has no spread
  for (const auto& cell : table.cells[1]) EXPECT_FALSE(cell.mean);
  EXPECT_THAT(table.notes,
              ElementsAre("Standard: 1 of 2 expected runs", "Cooperative: no run of experiment 'cooperative'",
                          "standard/s1 is 'stopped', not complete; it counts as missing"));
  EXPECT_THAT(table.provenance.runs, ElementsAre("standard/s0 (seed 0, cval 0)"));
}

TEST(MakeTable, AveragesNeverHideAMissingDataSet) {
  auto without_b = sample_run("standard", "s0");
  add_flat_score(without_b, "a", "FTN", 0.9);
  const auto alone = make_table(sample_spec(), summaries({without_b}));
  EXPECT_TRUE(alone.cells[0][0].mean);
  EXPECT_FALSE(alone.cells[0][1].mean);
  EXPECT_FALSE(alone.cells[0][2].mean);
  EXPECT_THAT(alone.notes, Contains("no run has dice scores of FTN on 'b'"));

  // Beside a full run, the average is that of the full run alone, and says so.
  const auto both =
      make_table(sample_spec(), summaries({without_b, flat_run("standard", "s1", 1, 0.5, 0.7)}));
  EXPECT_EQ(both.cells[0][0].runs, 2);
  EXPECT_EQ(both.cells[0][1].runs, 1);
  EXPECT_DOUBLE_EQ(both.cells[0][2].mean.value(), 0.6);
  EXPECT_EQ(both.cells[0][2].runs, 1);

  // Members present only in different runs make no average at all.
  auto without_a = sample_run("standard", "s1", 1);
  add_flat_score(without_a, "b", "FTN", 0.9);
  const auto split = make_table(sample_spec(), summaries({without_b, without_a}));
  EXPECT_TRUE(split.cells[0][0].mean);
  EXPECT_TRUE(split.cells[0][1].mean);
  EXPECT_FALSE(split.cells[0][2].mean);
}

TEST(MakeTable, AMissingClassIsAMissingRun) {
  auto run = sample_run("standard", "s0");
  add_scores(run, "a", "FTN", {{"LV", {0.9}}, {"MYO", {0.8}}});
  const auto table = make_table(sample_spec(), summaries({run}));
  EXPECT_FALSE(table.cells[0][0].mean);
  EXPECT_THAT(table.notes,
              Contains("standard/s0 on a, FTN: no score for RV; the run counts as missing there"));
}

TEST(MakeTable, ScoresThatAreNotNumbersAreLeftOutAndCounted) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  auto run = sample_run("standard", "s0");
  add_scores(run, "a", "FTN", {{"LV", {0.9, nan}}, {"MYO", {0.6, 0.6}}, {"RV", {0.3, 0.3}}});
  const auto table = make_table(sample_spec(), summaries({run}));
  EXPECT_DOUBLE_EQ(table.cells[0][0].mean.value(), 0.6);
  EXPECT_THAT(table.notes,
              Contains("standard/s0 on a, FTN: 1 of 6 scores are not numbers and were left out of the mean"));

  auto all = sample_run("standard", "s0");
  add_scores(all, "a", "FTN", {{"LV", {nan}}, {"MYO", {0.6}}, {"RV", {0.3}}});
  EXPECT_FALSE(make_table(sample_spec(), summaries({all})).cells[0][0].mean);
}

TEST(MakeTable, BestOfEachColumnWithTies) {
  auto results = full_set();
  auto table = make_table(sample_spec(), summaries(results));
  EXPECT_FALSE(table.cells[0][0].best);
  EXPECT_TRUE(table.cells[1][0].best);

  // 0.80004 and 0.8 print alike with three digits: both are best.
  results[0] = flat_run("standard", "s0", 0, 0.80004, 0.1);
  results[1] = flat_run("standard", "s1", 1, 0.80004, 0.1);
  table = make_table(sample_spec(), summaries(results));
  EXPECT_TRUE(table.cells[0][0].best);
  EXPECT_TRUE(table.cells[1][0].best);
  EXPECT_FALSE(table.cells[0][1].best);
  EXPECT_TRUE(table.cells[1][1].best);

  auto spec = sample_spec();
  spec.bold = Bold::None;
  EXPECT_FALSE(make_table(spec, summaries(results)).cells[1][0].best);
  results.resize(2);  // a number without a rival is not marked
  EXPECT_FALSE(make_table(sample_spec(), summaries(results)).cells[0][0].best);
}

TEST(MakeTable, NotesTellWhatCannotBeCompared) {
  auto results = full_set();
  results[3].seed = results[3].cval = 0;
  results[1].data_sha256["b"] = std::string(64, 'b');
  results.push_back(sample_run("cooperativ", "x"));
  auto more = flat_run("standard", "s2", 2, 0.5, 0.5);
  more.scores.push_back({"a", "p9_ED", "p9", "ED", "FTN", "LV", "dice", 0.5});
  results.push_back(more);
  EXPECT_THAT(
      make_table(sample_spec(), summaries(results)).notes,
      ElementsAre(
          "Standard: 3 of 2 expected runs", "experiments found but not in this table: cooperativ",
          "standard/s2 on a, FTN: classes have between 1 and 2 scores; some cases lack a class",
          "a, FTN: runs were scored on different numbers of cases (1; 2)",
          "b: runs were scored on 2 different versions of the data",
          "cooperative: runs c0 and c1 have the same seed 0 and cval 0 but other settings; all count"));
}

TEST(MakeTable, NotesHintAtNamesThatTheTableDoesNotUse) {
  auto run = sample_run("standart", "s0");
  add_flat_score(run, "domain_aa", "FTN", 0.5);
  auto spec = sample_spec();
  spec.columns = {{"A", "FTN", {"domain_a"}}, {"B", "FTN+STN", {"domain_a"}}};
  spec.rows.pop_back();
  EXPECT_THAT(make_table(spec, summaries({run})).notes,
              ElementsAre("Standard: no run of experiment 'standard' (there is 'standart')",
                          "experiments found but not in this table: standart",
                          "no run has dice scores of FTN and FTN+STN on 'domain_a' (there is 'domain_aa')"));
  // 'b' was asked for and is there: no hint for 'a'.
  auto other = sample_run("standard", "s0");
  add_flat_score(other, "b", "FTN", 0.5);
  EXPECT_THAT(make_table(sample_spec(), summaries({other})).notes,
              Contains("no run has dice scores of FTN on 'a'"));
}

TEST(MakeTable, ProvenanceNamesCommitsAndData) {
  auto results = full_set();
  results[0].environment = "commit = \"0ld\"\n";
  results[0].data_sha256["a"] = std::string(64, 'b');
  results[0].data_sha256["unused"] = std::string(64, 'c');
  const auto provenance = make_table(sample_spec(), summaries(results)).provenance;
  EXPECT_THAT(provenance.runs,
              ElementsAre("standard/s0 (seed 0, cval 0)", "standard/s1 (seed 1, cval 1)",
                          "cooperative/c0 (seed 0, cval 0)", "cooperative/c1 (seed 1, cval 1)"));
  EXPECT_THAT(provenance.run_commits, ElementsAre("0ld", "c0ffee"));
  EXPECT_THAT(provenance.data.at("a"), ElementsAre("aaaaaaaaaaaa", "bbbbbbbbbbbb"));
  EXPECT_EQ(provenance.data.size(), 2u);
}

}  // namespace
}  // namespace tandem::report
