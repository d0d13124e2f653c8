#include "equations/multiple_testing.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace tandem::equations {
namespace {

/// Indices of p values, ascending, ties in the given order.
std::vector<size_t> ascending(std::span<const double> p) {
  for (const double value : p) require(value >= 0 && value <= 1, "{} is not a p value", value);
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
  return order;
}

}  // namespace

std::vector<double> bonferroni(std::span<const double> p) {
  std::vector<double> adjusted(p.size());
  for (const size_t i : ascending(p)) adjusted[i] = std::min(1.0, double(p.size()) * p[i]);
  return adjusted;
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<double> adjusted(p.size());
  const auto order = ascending(p);
  double highest = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    highest = std::max(highest, double(p.size() - k) * p[order[k]]);
    adjusted[order[k]] = std::min(1.0, highest);
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  std::vector<double> adjusted(p.size());
  const auto order = ascending(p);
  double lowest = 1;
  for (size_t k = order.size(); k-- > 0;) {
    lowest = std::min(lowest, double(p.size()) / double(k + 1) * p[order[k]]);
    adjusted[order[k]] = lowest;
  }
  return adjusted;
}

}  // namespace tandem::equations
