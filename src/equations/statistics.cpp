#include "equations/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/error.h"

namespace tandem::equations {
namespace {

/// Sum in the order in which NumPy adds contiguous values: eight sums side by side in blocks of up to 128,
/// halves beyond. More exact than one running sum, and equal to the last bit, on which ties depend.
double pairwise_sum(std::span<const double> v) {
  if (v.size() > 128) {
    const size_t half = v.size() / 2 - v.size() / 2 % 8;
    return pairwise_sum(v.first(half)) + pairwise_sum(v.subspan(half));
  }
  double sum = 0;
  size_t i = 0;
  if (v.size() >= 8) {
    std::array<double, 8> part;
    std::copy_n(v.begin(), 8, part.begin());
    for (i = 8; i + 8 <= v.size(); i += 8)
      for (size_t k = 0; k < 8; ++k) part[k] += v[i + k];
    sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
  }
  for (; i < v.size(); ++i) sum += v[i];
  return sum;
}

double sum_of_squares(std::span<const double> values) {
  const double center = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - center) * (value - center);
  return sum;
}

template <class T>
double percentile_of(std::span<const T> given, double q) {
  require(!given.empty() && q >= 0 && q <= 100, "percentile {} of {} values does not exist", q, given.size());
  std::vector<T> values(given.begin(), given.end());
  const double position = q / 100 * double(values.size() - 1);
  const auto below = std::ptrdiff_t(std::floor(position));
  std::nth_element(values.begin(), values.begin() + below, values.end());
  const T a = values[size_t(below)];
  if (size_t(below) + 1 == values.size()) return double(a);
  // nth_element left everything above `below` on its right.
  const T b = *std::min_element(values.begin() + below + 1, values.end());
  const double t = position - double(below);
  // NumPy takes the difference in the type of the values and branches at 0.5; done the same way, the last bit
  // agrees as well.
  const T difference = b - a;
  return t < 0.5 ? double(a) + double(difference) * t : double(b) - double(difference) * (1 - t);
}

}  // namespace

double mean(std::span<const double> values) {
  require(!values.empty(), "the mean of no values is not defined");
  return pairwise_sum(values) / double(values.size());
}

double sample_deviation(std::span<const double> values) {
  require(values.size() > 1, "a sample deviation needs two values or more");
  return std::sqrt(sum_of_squares(values) / double(values.size() - 1));
}

double population_deviation(std::span<const double> values) {
  return std::sqrt(sum_of_squares(values) / double(values.size()));
}

double percentile(std::span<const double> values, double q) { return percentile_of(values, q); }

double percentile(std::span<const float> values, double q) { return percentile_of(values, q); }

}  // namespace tandem::equations
