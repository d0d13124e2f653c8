#include "sweep/scaling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::sweep {
namespace {

using ::testing::HasSubstr;

TEST(Scaling, AllReducesFollowTheTableOfTheModel) {  // distributed.md 2.11: 18 MB, 15 ms a step
  const ScalingInputs in;
  struct Row {
    std::int64_t gpus;
    double ring_ms, one_port_ms, eight_ports_ms;
  };
  for (const Row& row : {Row{1, 0, 0, 0}, Row{8, 0.20, 0.20, 0.20}, Row{16, 2.0, 1.12, 0.33},
                         Row{64, 3.0, 1.83, 0.46}, Row{1024, 22.3, 2.13, 0.56}}) {
    EXPECT_NEAR(1e3 * ring_s(in, row.gpus), row.ring_ms, 0.05) << row.gpus;
    EXPECT_NEAR(1e3 * two_level_s(in, row.gpus, 1), row.one_port_ms, 0.006) << row.gpus;
    EXPECT_NEAR(1e3 * two_level_s(in, row.gpus, 8), row.eight_ports_ms, 0.006) << row.gpus;
  }
}

TEST(Scaling, EfficiencyIsThatOfTheTableWithNothingAndWithHalfAStepHidden) {
  const ScalingInputs in;
  EXPECT_NEAR(weak_efficiency(in, two_level_s(in, 16, 1), 0), 0.93, 0.005);
  EXPECT_NEAR(weak_efficiency(in, two_level_s(in, 1024, 1), 0), 0.88, 0.005);
  EXPECT_EQ(weak_efficiency(in, two_level_s(in, 1024, 1), 0.75), 1);
}

TEST(Scaling, SaysOfEveryNumberWhetherItWasMeasured) {
  ScalingInputs in;
  in.step_s = {0.020, "measured"};
  const auto text = describe_scaling(in, 200, 480000, 64);
  EXPECT_THAT(text, HasSubstr("20 ms     measured"));
  EXPECT_THAT(text, HasSubstr("200 GB/s   assumed"));
  // 200 trials of 480000 steps of 20 ms on 64 GPUs: 4 rounds of 2 h 40 min at one rank a trial.
  EXPECT_THAT(text, HasSubstr("1       100 %   10 h 40 min"));
}

}  // namespace
}  // namespace tandem::sweep
