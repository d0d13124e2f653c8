#include "equations/bootstrap.h"

#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "base/error.h"
#include "equations/statistics.h"

namespace tandem::equations {
namespace {

double normal_quantile(double p) { return boost::math::quantile(boost::math::normal(), p); }

/// Share of resampled means below the mean, ties counted half (as far as rounding leaves them ties).
double share_below(std::span<const double> resampled, double centre) {
  double below = 0;
  for (const double m : resampled) below += m < centre ? 1 : m == centre ? 0.5 : 0;
  return below / double(resampled.size());
}

double acceleration_of(std::span<const double> values) {
  const double n = double(values.size());
  double sum = 0;
  for (const double v : values) sum += v;
  std::vector<double> without;
  for (const double v : values) without.push_back((sum - v) / (n - 1));
  const double centre = mean(without);
  double squares = 0, cubes = 0;
  for (const double m : without) {
    const double u = centre - m;
    squares += u * u, cubes += u * u * u;
  }
  return cubes / (6 * std::pow(squares, 1.5));
}

}  // namespace

std::vector<std::uint32_t> resample_indices(const RandomKey& key, std::int64_t resamples, std::int64_t n) {
  require(n > 0 && resamples > 0, "{} resamples of {} values cannot be drawn", resamples, n);
  RandomStream random(key);
  std::vector<std::uint32_t> indices(size_t(resamples * n));
  for (auto& i : indices) i = std::uint32_t(random.integer(0, n - 1));
  return indices;
}

std::vector<double> resampled_means(std::span<const double> values, std::span<const std::uint32_t> indices) {
  require(!values.empty() && indices.size() % values.size() == 0,
          "{} resampling indices are no multiple of {} values", indices.size(), values.size());
  std::vector<double> means, drawn(values.size());
  for (size_t start = 0; start < indices.size(); start += values.size()) {
    for (size_t i = 0; i < values.size(); ++i) {
      const auto index = indices[start + i];
      require(index < values.size(), "resampling index {} is beyond {} values", index, values.size());
      drawn[i] = values[index];
    }
    means.push_back(mean(drawn));
  }
  return means;
}

BcaTerms bca_terms(std::span<const double> values, std::span<const double> resampled, double confidence) {
  BcaTerms terms;
  terms.z0 = normal_quantile(share_below(resampled, mean(values)));
  terms.acceleration = acceleration_of(values);
  const auto level = [&](double tail) {
    const double z = terms.z0 + normal_quantile(tail);
    return boost::math::cdf(boost::math::normal(), terms.z0 + z / (1 - terms.acceleration * z));
  };
  terms.low_level = level((1 - confidence) / 2);
  terms.high_level = level((1 + confidence) / 2);
  return terms;
}

Interval bootstrap_interval(std::span<const double> values, std::span<const double> resampled,
                            BootstrapInterval kind, double confidence) {
  require(confidence > 0 && confidence < 1, "a confidence of {} is not between 0 and 1", confidence);
  require(!resampled.empty(), "an interval needs resampled means");
  const double tail = (1 - confidence) / 2;
  Interval out{percentile(resampled, 100 * tail), percentile(resampled, 100 * (1 - tail))};
  const double centre = mean(values);
  if (kind == BootstrapInterval::Basic) return {2 * centre - out.high, 2 * centre - out.low};
  if (kind == BootstrapInterval::Percentile) return out;
  const double share = share_below(resampled, centre);
  if (share <= 0 || share >= 1 || values.size() < 2 || sample_deviation(values) == 0) return out;
  const auto terms = bca_terms(values, resampled, confidence);
  return {percentile(resampled, 100 * terms.low_level), percentile(resampled, 100 * terms.high_level)};
}

}  // namespace tandem::equations
