#include "equations/paired_tests.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "equations/statistics.h"

namespace tandem::equations {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostExact = 500;  // the table below grows with the square, the work with the cube

double normal_cdf(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

/// Average ranks of |d|, from 1.
std::vector<double> average_ranks(const std::vector<double>& d) {
  std::vector<size_t> order(d.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return std::abs(d[a]) < std::abs(d[b]); });
  std::vector<double> ranks(d.size());
  for (size_t i = 0, end = 0; i < order.size(); i = end) {
    for (end = i; end < order.size() && std::abs(d[order[end]]) == std::abs(d[order[i]]);) ++end;
    for (size_t k = i; k < end; ++k) ranks[order[k]] = double(i + 1 + end) / 2;
  }
  return ranks;
}

/// Sum over groups of t equal ranks of t^3 - t.
double tie_sum(std::vector<double> ranks) {
  std::sort(ranks.begin(), ranks.end());
  double sum = 0;
  for (size_t i = 0, end = 0; i < ranks.size(); i = end) {
    for (end = i; end < ranks.size() && ranks[end] == ranks[i];) ++end;
    const double t = double(end - i);
    sum += t * t * t - t;
  }
  return sum;
}

/// P(W <= w) over all sign patterns of the ranks, each equally likely. Ranks are multiples of 1/2.
double exact_cdf(const std::vector<double>& ranks, double w) {
  double total = 0;
  for (const double rank : ranks) total += rank;
  std::vector<double> chance(size_t(std::lround(2 * total)) + 1, 0.0);  // of twice the sum
  chance[0] = 1;
  size_t reached = 0;
  for (const double rank : ranks) {
    const auto step = size_t(std::lround(2 * rank));
    reached += step;
    for (size_t i = reached + 1; i-- > 0;) chance[i] = (chance[i] + (i >= step ? chance[i - step] : 0.0)) / 2;
  }
  const auto last = std::min(std::llround(2 * w), std::llround(2 * total));
  double sum = 0;
  for (std::int64_t i = 0; i <= last; ++i) sum += chance[size_t(i)];
  return sum;
}

double exact_p(const SignedRanks& r, Alternative alternative) {
  if (alternative == Alternative::Less) return exact_cdf(r.ranks, r.plus);
  // The distribution is symmetric: P(W >= W+) = P(W <= W-).
  if (alternative == Alternative::Greater) return exact_cdf(r.ranks, r.minus);
  return std::min(1.0, 2 * exact_cdf(r.ranks, std::min(r.plus, r.minus)));
}

/// z of W+ under the normal distribution; n counts what was ranked, zeros that lost their rank included.
double z_of(const SignedRanks& r, Zeros zeros, bool corrected, Alternative alternative) {
  const double z0 = zeros == Zeros::Pratt ? double(r.zeros) : 0;
  const double n = double(r.ranks.size()) + z0;
  const double centre = (n * (n + 1) - z0 * (z0 + 1)) / 4;
  const double variance =
      (n * (n + 1) * (2 * n + 1) - z0 * (z0 + 1) * (2 * z0 + 1) - tie_sum(r.ranks) / 2) / 24;
  const double away = r.plus - centre;
  double correction = 0;
  if (corrected && alternative == Alternative::TwoSided) correction = away > 0 ? 0.5 : away < 0 ? -0.5 : 0;
  if (corrected && alternative != Alternative::TwoSided)
    correction = alternative == Alternative::Greater ? 0.5 : -0.5;
  return (away - correction) / std::sqrt(variance);
}

}  // namespace

SignedRanks signed_ranks(std::span<const double> differences, Zeros zeros) {
  SignedRanks out;
  std::vector<double> d;
  for (const double value : differences) {
    require(std::isfinite(value), "a paired test needs numbers; one difference is {}", value);
    out.zeros += value == 0;
    if (value != 0 || zeros != Zeros::Wilcox) d.push_back(value);
  }
  const auto ranks = average_ranks(d);
  for (size_t i = 0; i < d.size(); ++i) {
    if (d[i] == 0 && zeros == Zeros::Pratt) continue;
    out.ranks.push_back(ranks[i]);
    out.plus += d[i] > 0 ? ranks[i] : d[i] == 0 ? ranks[i] / 2 : 0;
    out.minus += d[i] < 0 ? ranks[i] : d[i] == 0 ? ranks[i] / 2 : 0;
  }
  return out;
}

TestResult wilcoxon_signed_rank(std::span<const double> differences, Zeros zeros, NullDistribution null,
                                Alternative alternative) {
  const bool two_sided = alternative == Alternative::TwoSided;
  const auto ranks = signed_ranks(differences, zeros);
  TestResult out{two_sided ? std::min(ranks.plus, ranks.minus) : ranks.plus, kUndefined, 1};
  if (ranks.zeros == std::int64_t(differences.size())) return out;
  if (null == NullDistribution::Exact) {
    // Signs of zeros are not drawn: with half of their ranks on each side they move both sums alike.
    auto drawn = zeros == Zeros::Split ? signed_ranks(differences, Zeros::Pratt) : ranks;
    require(drawn.ranks.size() <= kMostExact, "the exact Wilcoxon test takes {} differences at most, not {}",
            kMostExact, drawn.ranks.size());
    out.p = exact_p(drawn, alternative);
    return out;
  }
  const double z = z_of(ranks, zeros, null == NullDistribution::NormalCorrected, alternative);
  out.z = two_sided ? -std::abs(z) : z;
  if (two_sided) out.p = 2 * normal_cdf(-std::abs(z));
  if (alternative == Alternative::Greater) out.p = normal_cdf(-z);
  if (alternative == Alternative::Less) out.p = normal_cdf(z);
  return out;
}

TestResult paired_t(std::span<const double> differences, Alternative alternative) {
  const double n = double(differences.size());
  const double deviation = sample_deviation(differences);
  if (deviation == 0) return {kUndefined, kUndefined, kUndefined};
  const double t = mean(differences) / (deviation / std::sqrt(n));
  const boost::math::students_t student(n - 1);
  if (alternative == Alternative::Greater) return {t, kUndefined, boost::math::cdf(student, -t)};
  if (alternative == Alternative::Less) return {t, kUndefined, boost::math::cdf(student, t)};
  return {t, kUndefined, 2 * boost::math::cdf(student, -std::abs(t))};
}

double cohen_dz(std::span<const double> differences) {
  return mean(differences) / sample_deviation(differences);
}

double rank_biserial(std::span<const double> differences) {
  const auto ranks = signed_ranks(differences, Zeros::Wilcox);
  const double sum = ranks.plus + ranks.minus;
  return sum == 0 ? 0 : (ranks.plus - ranks.minus) / sum;
}

}  // namespace tandem::equations
