#include "report/statistics.h"

#include <cmath>

#include "base/error.h"

namespace tandem::report {
namespace {

double sum_of_squares(std::span<const double> values) {
  const double center = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - center) * (value - center);
  return sum;
}

}  // namespace

double mean(std::span<const double> values) {
  require(!values.empty(), "the mean of no values is not defined");
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / double(values.size());
}

double sample_deviation(std::span<const double> values) {
  require(values.size() > 1, "a sample deviation needs two values or more");
  return std::sqrt(sum_of_squares(values) / double(values.size() - 1));
}

double population_deviation(std::span<const double> values) {
  return std::sqrt(sum_of_squares(values) / double(values.size()));
}

}  // namespace tandem::report
