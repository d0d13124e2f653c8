#include "equations/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.h"

namespace tandem::equations {
namespace {

TEST(Statistics, HandWorkedNumbers) {
  const std::vector<double> values = {2, 4, 9};  // mean 5, squares 9 + 1 + 16 = 26
  EXPECT_DOUBLE_EQ(mean(values), 5);
  EXPECT_DOUBLE_EQ(sample_deviation(values), std::sqrt(13.0));
  EXPECT_DOUBLE_EQ(population_deviation(values), std::sqrt(26.0 / 3));
}

TEST(Statistics, PercentileLiesBetweenOrderStatistics) {
  const std::vector<double> values = {9, 2, 4, 1};  // sorted 1 2 4 9
  EXPECT_DOUBLE_EQ(percentile(values, 0), 1);
  EXPECT_DOUBLE_EQ(percentile(values, 50), 3);    // position 1.5
  EXPECT_DOUBLE_EQ(percentile(values, 90), 7.5);  // position 2.7
  EXPECT_DOUBLE_EQ(percentile(values, 100), 9);
  EXPECT_THROW(percentile(std::vector<double>{}, 50), Error);
  EXPECT_THROW(percentile(values, 101), Error);
}

TEST(Statistics, PercentileOfFloat32Values) {
  const std::vector<float> values = {40, 10, 30, 20};
  EXPECT_DOUBLE_EQ(percentile(values, 0), 10);
  EXPECT_DOUBLE_EQ(percentile(values, 100), 40);
  EXPECT_DOUBLE_EQ(percentile(values, 50), 25);
  EXPECT_DOUBLE_EQ(percentile(values, 2), 10.6);
  EXPECT_DOUBLE_EQ(percentile(std::vector<float>{7}, 98), 7);
}

TEST(Statistics, RefusesTooFewValues) {
  EXPECT_THROW(mean({}), Error);
  EXPECT_THROW(population_deviation({}), Error);
  EXPECT_THROW(sample_deviation(std::vector<double>{1}), Error);
  EXPECT_EQ(population_deviation(std::vector<double>{1}), 0);
}

}  // namespace
}  // namespace tandem::equations
