#include "config/format.h"

#include <gtest/gtest.h>

namespace tandem::config {
namespace {

TEST(FormatNumber, IsShortAndAlwaysATomlFloat) {
  EXPECT_EQ(format_number(0.0001), "0.0001");
  EXPECT_EQ(format_number(2), "2.0");
  EXPECT_EQ(format_number(-3e-7), "-3e-07");
  EXPECT_EQ(std::stod(format_number(1.0 / 3)), 1.0 / 3);
}

TEST(FormatRange, SaysWhichEndsBelong) {
  EXPECT_EQ(format_range({}), "any");
  EXPECT_EQ(format_range(at_least(1)), "at least 1");
  EXPECT_EQ(format_range(above(0)), "above 0");
  EXPECT_EQ(format_range(between(0, 1)), "from 0 to 1");
  EXPECT_EQ(format_range({.low = 0, .high = 1, .low_excluded = true, .high_excluded = true}),
            "above 0 to below 1");
  EXPECT_EQ(format_range({.high = 5}), "at most 5");
}

}  // namespace
}  // namespace tandem::config
