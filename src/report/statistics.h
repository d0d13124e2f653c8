#pragma once
#include <span>

namespace tandem::report {

/// Arithmetic mean; needs at least one value.
double mean(std::span<const double> values);

/// Standard deviation around the mean, divided by n - 1 (estimate from a sample); needs at least two values.
double sample_deviation(std::span<const double> values);

/// Standard deviation around the mean, divided by n (the values are the whole population); needs at least one
/// value.
double population_deviation(std::span<const double> values);

}  // namespace tandem::report
