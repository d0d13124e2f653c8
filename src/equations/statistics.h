#pragma once
#include <span>
#include <vector>

namespace tandem::equations {

/// Arithmetic mean, added up in NumPy's order; needs at least one value.
double mean(std::span<const double> values);

/// Standard deviation around the mean, divided by n - 1 (estimate from a sample); needs at least two values.
double sample_deviation(std::span<const double> values);

/// Standard deviation around the mean, divided by n (the values are the whole population); needs at least one
/// value.
double population_deviation(std::span<const double> values);

/// The q-th percentile (q in 0..100), linear between order statistics at position q/100 (n - 1). Values must
/// not be empty.
double percentile(std::span<const double> values, double q);

/// The same of float32 values, in float64 but for their float32 difference (what NumPy does for float32).
double percentile(std::span<const float> values, double q);

/// Several percentiles of the same float32 values, none of them NaN.
std::vector<double> percentiles(std::span<const float> values, std::span<const double> q);

}  // namespace tandem::equations
