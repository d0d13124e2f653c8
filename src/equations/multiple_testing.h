#pragma once
#include <span>
#include <vector>

namespace tandem::equations {

/// p values adjusted for being m tests together, in the given order, each at most 1: p times m.
std::vector<double> bonferroni(std::span<const double> p);

/// Holm's step-down adjustment [holm1979]: controls the chance of any false rejection, as Bonferroni does,
/// and rejects at least as much.
std::vector<double> holm(std::span<const double> p);

/// Benjamini and Hochberg's step-up adjustment [benjamini1995]: controls the share of false rejections.
std::vector<double> benjamini_hochberg(std::span<const double> p);

}  // namespace tandem::equations
