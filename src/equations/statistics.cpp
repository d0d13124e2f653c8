#include "equations/statistics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
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

/// Where the q-th percentile lies between order statistics.
struct Position {
  size_t below = 0;
  double fraction = 0;
};

Position position_of(double q, size_t count) {
  require(count > 0 && q >= 0 && q <= 100, "percentile {} of {} values does not exist", q, count);
  const double position = q / 100 * double(count - 1);
  return {size_t(position), position - std::floor(position)};
}

/// NumPy takes the difference in the type of the values and branches at 0.5; done the same way, the last bit
/// agrees as well.
template <class T>
double between(T a, T b, double fraction) {
  const T difference = b - a;
  return fraction < 0.5 ? double(a) + double(difference) * fraction
                        : double(b) - double(difference) * (1 - fraction);
}

/// Order statistics of floats: counting the upper bits tells where in the order a value with given upper bits
/// begins, so that only those with the right ones need sorting. Exact, and several times faster than partial
/// sorting of all.
class FloatRanks {
 public:
  explicit FloatRanks(std::span<const float> values) : values_(values), counts_(kBins) {
    // Neighbours are often alike: tables of their own keep an addition from waiting for the one before it.
    constexpr size_t kTables = 4;
    std::vector<size_t> tables(kTables * kBins);
    for (size_t i = 0; i < values_.size(); ++i) ++tables[i % kTables * kBins + upper_bits(values_[i])];
    for (size_t i = 0; i < tables.size(); ++i) counts_[i % kBins] += tables[i];
  }
  float at(size_t rank) {
    std::uint32_t bin = 0;
    for (; rank >= counts_[bin]; ++bin) rank -= counts_[bin];
    if (bin != gathered_bin_) gather(bin);
    const auto place = gathered_.begin() + std::ptrdiff_t(rank);
    std::nth_element(gathered_.begin(), place, gathered_.end());
    return *place + 0.0f;  // -0 becomes 0
  }

 private:
  static constexpr int kUpperBits = 12;  // sign, exponent, three bits of the fraction
  static constexpr size_t kBins = size_t(1) << kUpperBits;

  /// Upper bits in the order of the values (-0 before 0).
  static std::uint32_t upper_bits(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto all_if_negative = std::uint32_t(std::int32_t(bits) >> 31);
    return (bits ^ (all_if_negative | 1u << 31)) >> (32 - kUpperBits);
  }
  void gather(std::uint32_t bin) {
    gathered_.resize(counts_[bin] + 1);
    size_t count = 0;
    constexpr size_t kBlock = 64;
    for (size_t start = 0; start < values_.size(); start += kBlock) {
      const auto block = values_.subspan(start, std::min(kBlock, values_.size() - start));
      unsigned found = 0;  // most blocks hold none, which vector code finds out
      for (const float v : block) found |= upper_bits(v) == bin;
      if (found == 0) continue;
      for (const float v : block) {  // without a branch: it would be guessed wrong too often
        gathered_[count] = v;
        count += upper_bits(v) == bin;
      }
    }
    gathered_.resize(counts_[bin]);
    gathered_bin_ = bin;
  }

  std::span<const float> values_;
  std::vector<size_t> counts_;
  std::vector<float> gathered_;  ///< the values of a bin
  std::uint32_t gathered_bin_ = kBins;
};

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

double percentile(std::span<const double> given, double q) {
  const auto [below, fraction] = position_of(q, given.size());
  std::vector<double> values(given.begin(), given.end());
  const auto place = values.begin() + std::ptrdiff_t(below);
  std::nth_element(values.begin(), place, values.end());
  if (below + 1 == values.size()) return *place;
  // nth_element left everything above `below` on its right.
  return between(*place, *std::min_element(place + 1, values.end()), fraction);
}

std::vector<double> percentiles(std::span<const float> values, std::span<const double> q) {
  FloatRanks ranks(values);
  std::vector<double> out;
  for (const double each : q) {
    const auto [below, fraction] = position_of(each, values.size());
    const float a = ranks.at(below);
    out.push_back(below + 1 == values.size() ? double(a) : between(a, ranks.at(below + 1), fraction));
  }
  return out;
}

double percentile(std::span<const float> values, double q) {
  return percentiles(values, std::array{q}).front();
}

}  // namespace tandem::equations
