#include "sweep/widths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sample_sweep.h"
#include "sweep/trial_claim.h"

namespace tandem::sweep {
namespace {

using ::testing::HasSubstr;

TEST(Widths, AllReduceFollowsTheModelsTable) {  // distributed.md 2.11, "ring only": 0, 0.10, 0.20 ms
  EXPECT_EQ(modelled_all_reduce_s(1), 0);
  EXPECT_NEAR(modelled_all_reduce_s(2), 0.10e-3, 0.005e-3);
  EXPECT_NEAR(modelled_all_reduce_s(8), 0.20e-3, 0.005e-3);
}

TEST(Widths, MakespanIsRoundsTimesTheLengthOfATrial) {
  // The example there: 200 trials of 2 h on 64 GPUs, a step of 15 ms: 4 rounds at width 1; width 8 at 90 %.
  const auto rows = width_table(200, {{1, 7200, 480000}}, 64);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_NEAR(rows[0].makespan_s / 3600, 8.0, 1e-9);
  EXPECT_TRUE(rows[0].measured);
  EXPECT_EQ(rows[3].width, 8);
  EXPECT_NEAR(rows[3].efficiency, 0.90, 0.005);
  EXPECT_NEAR(rows[3].makespan_s / 3600, 6.9, 0.05);
  EXPECT_FALSE(rows[3].measured);
}

TEST(Widths, MeasuredWidthsReplaceTheModel) {
  const auto rows = width_table(10, {{1, 100, 10}, {1, 300, 10}, {4, 100, 10}}, 8);
  EXPECT_EQ(rows[2].width, 4);
  EXPECT_TRUE(rows[2].measured);
  EXPECT_NEAR(rows[2].efficiency, 0.5, 1e-12);  // 200 s on one, 100 s on four
  EXPECT_NEAR(rows[2].makespan_s, 500, 1e-9);   // 10 trials, two at a time
}

TEST(Widths, NoGpusNamedMeansEnoughForAll) {
  const auto rows = width_table(21, {{1, 100, 10}}, 0);
  EXPECT_EQ(rows[0].gpus, 21);
  EXPECT_EQ(rows[2].gpus, 84);
  EXPECT_NEAR(rows[0].makespan_s, 100, 1e-9);
}

TEST(Widths, NothingMeasuredIsSaid) {
  EXPECT_TRUE(width_table(10, {}, 8).empty());
  EXPECT_THAT(describe_costs(10, {}, 8), HasSubstr("not known"));
  EXPECT_THAT(describe_costs(10, {{1, 60, 10}}, 8), HasSubstr("(1 measured trial)"));
}

TEST(Widths, CostsComeFromFinishedTrialsOnly) {
  const test::TemporaryFolder folder;
  const auto sweep = test::plan_seeds(folder.path(), 3);
  const auto paths = sweep.paths(sweep.trials()[0]);
  auto killed = TrialClaim::take(paths, 1, {this_process(), 1, ""});
  killed->beat(5, 0);
  auto claim = TrialClaim::take(paths, 2, {this_process(), 2, ""});
  claim->start_at(5);
  claim->beat(12, 0);
  EXPECT_TRUE(finished_costs(sweep).empty());
  write_text_file(paths.result(2), "x");
  claim->publish();
  const auto costs = finished_costs(sweep);
  ASSERT_EQ(costs.size(), 1u);
  EXPECT_EQ(costs[0].width, 2);
  EXPECT_EQ(costs[0].steps, 12);  // 5 by the first, 7 by the second
}

}  // namespace
}  // namespace tandem::sweep
