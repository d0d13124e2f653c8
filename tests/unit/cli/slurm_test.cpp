#include "cli/slurm.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tandem::cli {
namespace {

constexpr double kMinute = 60, kHour = 3600, kDay = 86400;

TEST(ParseDuration, UnitsAsPeopleWriteThem) {
  EXPECT_EQ(parse_duration("3h50m"), 3 * kHour + 50 * kMinute);
  EXPECT_EQ(parse_duration("90m"), 90 * kMinute);
  EXPECT_EQ(parse_duration("45s"), 45);
  EXPECT_EQ(parse_duration("1h2m3s"), kHour + 2 * kMinute + 3);
  EXPECT_EQ(parse_duration("2h5s"), 2 * kHour + 5);
  EXPECT_EQ(parse_duration("0s"), 0);
}

TEST(ParseDuration, TimesAsSlurmWritesThem) {
  EXPECT_EQ(parse_duration("4:05"), 4 * kMinute + 5);
  EXPECT_EQ(parse_duration("0:00"), 0);
  EXPECT_EQ(parse_duration("3:04:05"), 3 * kHour + 4 * kMinute + 5);
  EXPECT_EQ(parse_duration("1-03:04:05"), kDay + 3 * kHour + 4 * kMinute + 5);
  EXPECT_EQ(parse_duration("100-00:00:00"), 100 * kDay);
}

// With days in front Slurm counts from the hours on: "1-02:03" is no minutes and seconds.
TEST(ParseDuration, AfterDaysComeHours) {
  EXPECT_EQ(parse_duration("1-02"), kDay + 2 * kHour);
  EXPECT_EQ(parse_duration("1-02:03"), kDay + 2 * kHour + 3 * kMinute);
}

TEST(ParseDuration, OtherWordsAreNoDuration) {
  for (const char* text : {"", "UNLIMITED", "NOT_SET", "INVALID", "?", "90", "3.5h", "-5m", "5m3h", "1h 30m",
                           "3h50m ", "4:", ":05", "1:2:3:4", "1-2-3", "m", "1d"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << "'" << text << "'";
}

TEST(ParseDuration, NumbersTooLargeAreNoDuration) {
  EXPECT_EQ(parse_duration("99999999999999999999h"), std::nullopt);
  EXPECT_EQ(parse_duration("1-99999999999999999999:00:00"), std::nullopt);
}

class SlurmJobTest : public testing::Test {
 protected:
  void SetUp() override { clear(); }
  void TearDown() override { clear(); }
  static void clear() {
    for (const char* name : {"SLURM_CLUSTER_NAME", "SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID",
                             "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT"})
      ::unsetenv(name);
  }
};

TEST_F(SlurmJobTest, OutsideOfSlurmThereIsNone) {
  const auto job = slurm_job();
  EXPECT_EQ(job.id, "");
  EXPECT_EQ(job.restarts, 0);
  EXPECT_EQ(slurm_seconds_left(job), std::nullopt);
}

// The last task of an array has the array's number as its own: the bare number would mean all of them.
TEST_F(SlurmJobTest, AnArrayTaskIsNamedByArrayAndIndex) {
  ::setenv("SLURM_CLUSTER_NAME", "local", 1);
  ::setenv("SLURM_JOB_ID", "12", 1);
  EXPECT_EQ(slurm_job().id, "12");
  ::setenv("SLURM_ARRAY_JOB_ID", "12", 1);
  ::setenv("SLURM_ARRAY_TASK_ID", "3", 1);
  ::setenv("SLURM_RESTART_COUNT", "2", 1);
  const auto job = slurm_job();
  EXPECT_EQ(job.cluster, "local");
  EXPECT_EQ(job.id, "12_3");
  EXPECT_EQ(job.task, 3);
  EXPECT_EQ(job.restarts, 2);
}

}  // namespace
}  // namespace tandem::cli
