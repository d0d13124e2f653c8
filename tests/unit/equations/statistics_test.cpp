#include "equations/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
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

/// The same by sorting everything.
double percentile_by_sorting(std::vector<float> values, double q) {
  std::ranges::sort(values);
  const double position = q / 100 * double(values.size() - 1);
  const auto below = size_t(position);
  const float a = values[below], b = values[std::min(below + 1, values.size() - 1)];
  const double t = position - double(below), difference = double(float(b - a));
  return t < 0.5 ? a + difference * t : b - difference * (1 - t);
}

TEST(Statistics, PercentilesOfFloat32ValuesAreExactWhateverTheirSizesAndSigns) {
  std::vector<float> scan(5000), mixed(5000), ties(5000, 3.0f);
  for (size_t i = 0; i < scan.size(); ++i) {
    scan[i] = float(i * i % 1009);
    mixed[i] = std::ldexp(std::sin(float(i)), int(i % 260) - 140);  // down to denormal numbers
    if (i % 10 == 0) ties[i] = float(i);
  }
  const std::vector<double> wanted = {0, 2, 37.3, 50, 98, 99.99, 100};
  for (const auto& values : {scan, mixed, ties, {-1.0f, 5.0f}, {-0.0f, 0.0f, -0.0f, 1.0f}}) {
    const auto all = percentiles(values, wanted);
    for (size_t k = 0; k < wanted.size(); ++k)
      EXPECT_EQ(all[k], percentile_by_sorting(values, wanted[k])) << wanted[k] << " of " << values.size();
  }
  EXPECT_FALSE(std::signbit(percentile(std::vector<float>{-0.0f}, 50)));
}

TEST(Statistics, RefusesTooFewValues) {
  EXPECT_THROW(mean({}), Error);
  EXPECT_THROW(population_deviation({}), Error);
  EXPECT_THROW(sample_deviation(std::vector<double>{1}), Error);
  EXPECT_EQ(population_deviation(std::vector<double>{1}), 0);
}

}  // namespace
}  // namespace tandem::equations
