#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"

namespace tandem::equations {

struct Interval {
  double low = 0, high = 0;
};

/// How resampled means become an interval [efron1993]: their percentiles; the percentiles mirrored at the
/// mean; or percentiles whose levels are corrected for bias and acceleration.
enum class BootstrapInterval { Percentile, Basic, Bca };

/// What corrects the levels of BCa: bias z0, acceleration, and the two levels in 0..1.
struct BcaTerms {
  double z0 = 0, acceleration = 0, low_level = 0, high_level = 0;
};

/// Indices of `resamples` draws of n out of n with replacement, [resamples, n]; equal keys give equal draws.
std::vector<std::uint32_t> resample_indices(const RandomKey& key, std::int64_t resamples, std::int64_t n);

/// The mean of each resample; indices [B, n] for n values.
std::vector<double> resampled_means(std::span<const double> values, std::span<const std::uint32_t> indices);

/// Bias and acceleration (by leaving out one value at a time) for a confidence such as 0.95.
BcaTerms bca_terms(std::span<const double> values, std::span<const double> resampled, double confidence);

/// Confidence interval of the mean of some values from the means of their resamples. BCa needs resampled
/// means on both sides of the mean; without, or with equal values, it falls back on the percentile interval.
Interval bootstrap_interval(std::span<const double> values, std::span<const double> resampled,
                            BootstrapInterval kind, double confidence = 0.95);

}  // namespace tandem::equations
