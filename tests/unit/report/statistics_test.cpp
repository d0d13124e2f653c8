#include "report/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.h"

namespace tandem::report {
namespace {

TEST(Statistics, HandWorkedNumbers) {
  const std::vector<double> values = {2, 4, 9};  // mean 5, squares 9 + 1 + 16 = 26
  EXPECT_DOUBLE_EQ(mean(values), 5);
  EXPECT_DOUBLE_EQ(sample_deviation(values), std::sqrt(13.0));
  EXPECT_DOUBLE_EQ(population_deviation(values), std::sqrt(26.0 / 3));
}

TEST(Statistics, RefusesTooFewValues) {
  EXPECT_THROW(mean({}), Error);
  EXPECT_THROW(population_deviation({}), Error);
  EXPECT_THROW(sample_deviation(std::vector<double>{1}), Error);
  EXPECT_EQ(population_deviation(std::vector<double>{1}), 0);
}

}  // namespace
}  // namespace tandem::report
