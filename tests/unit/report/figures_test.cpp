#include "report/figures.h"

#include <gmock/gmock.h>

#include <cmath>

#include "sample_runs.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::report {
namespace {

using ::testing::HasSubstr;
using Values = std::vector<double>;

/// Two runs of "standard" over the data sets a and b, none of "cooperative".
LoadedRuns two_runs() {
  const test::TemporaryFolder folder;
  for (const auto& [id, offset] : {std::pair("r0", 0.0), std::pair("r1", 0.1)}) {
    auto run = test::sample_run("standard", id);
    for (const char* domain : {"a", "b"})
      test::add_scores(
          run, domain, "FTN",
          {{"LV", {0.5 + offset, 0.7}}, {"MYO", {0.5 + offset, 0.7}}, {"RV", {0.5 + offset, 0.7}}});
    records::write_result(folder / id / "result.h5", run);
  }
  return load_runs({folder.path()}, "dice");
}

void expect_near(const Values& values, const Values& expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-12);
}

TEST(BoxPlots, HoldCasesByDataSetRowAndNetwork) {
  const auto chart = make_boxes(test::sample_spec(), two_runs(), {"FTN", "FTN+STN"});
  EXPECT_EQ(chart.groups, (std::vector<std::string>{"A", "B"}));  // averages are no groups
  EXPECT_EQ(chart.series, (std::vector<std::string>{"Standard, FTN", "Standard, FTN+STN", "Cooperative, FTN",
                                                    "Cooperative, FTN+STN"}));
  expect_near(chart.values[1][0], {0.55, 0.7});  // p0_ED and p0_ES, mean over runs
  EXPECT_TRUE(chart.values[1][1].empty() && chart.values[1][2].empty());
  EXPECT_THAT(chart.note, HasSubstr("Standard 2 runs, Cooperative missing. Commit of runs c0ffee"));
}

TEST(RobustnessCurves, GoThroughColumnsWithSeverityInItsOrder) {
  auto spec = test::sample_spec();
  spec.columns[0].severity = 2, spec.columns[1].severity = 1;
  const auto chart = make_robustness(spec, two_runs());
  ASSERT_EQ(chart.curves.size(), 2u);
  EXPECT_EQ(chart.curves[0].x, (Values{1, 2}));
  expect_near(chart.curves[0].y, {0.625, 0.625});
  expect_near(chart.curves[0].deviation, {0.05 / std::sqrt(2.0), 0.05 / std::sqrt(2.0)});
  EXPECT_TRUE(std::isnan(chart.curves[1].y[0]));
  EXPECT_EQ(chart.curves[0].label, "Standard: 0.625");
  EXPECT_EQ(chart.curves[1].label, "Cooperative");
  spec.columns[1].severity = 0;
  EXPECT_EQ(make_robustness(spec, two_runs()).curves[0].label, "Standard: 0.625, loss 0.000");
  test::expect_error([] { make_robustness(test::sample_spec(), two_runs()); },
                     "no column of the table states");
}

TEST(LearningCurves, AreMeansOverTheRunsOfAnExperiment) {
  auto a = test::sample_run("x", "1"), b = test::sample_run("x", "2");
  a.history = {{"epoch", {1, 2}}, {"loss", {3, 2}}};
  b.history = {{"epoch", {1, 2, 3}}, {"loss", {5, 2, 1}}};
  const auto chart = make_learning_curves({a, b}, "loss");
  ASSERT_EQ(chart.curves.size(), 1u);
  EXPECT_EQ(chart.curves[0].label, "x (2 runs)");
  EXPECT_EQ(make_learning_curves({a}, "loss", {{"x", "Method X"}}).curves[0].label, "Method X (1 run)");
  EXPECT_EQ(chart.curves[0].y, (Values{4, 2, 1}));
  EXPECT_DOUBLE_EQ(chart.curves[0].deviation[0], std::sqrt(2.0));
  EXPECT_TRUE(std::isnan(chart.curves[0].deviation[2]));
  test::expect_error(
      [&] {
        make_learning_curves({a, b}, "los");
      },
      "no run has a history column 'los'; there are: epoch, loss");
}

}  // namespace
}  // namespace tandem::report
