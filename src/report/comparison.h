#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "equations/bootstrap.h"
#include "report/case_scores.h"

namespace tandem::report {

/// How two methods differ over the same cases; differences are second minus first.
struct Comparison {
  std::int64_t pairs = 0, unpaired = 0;  ///< cases that only one of the two scored
  double first = 0, second = 0, difference = 0;
  equations::Interval interval;    ///< 95 %, BCa bootstrap over cases
  double wilcoxon_p = 0, t_p = 0;  ///< two-sided; t NaN if all differences are equal
  double cohen_dz = 0, rank_biserial = 0;
  bool exact = false;  ///< where the Wilcoxon p comes from
  double holm_p = 0;   ///< over the comparisons made together
};

/// Compares paired cases. Differences are rounded to 10 decimals, so that noise breaks no ties. Wilcoxon:
/// zeros dropped; exact up to 50 differences, beyond by the normal distribution with continuity correction.
/// The resamples follow from `seed`. Error if fewer than two cases are paired.
Comparison compare_cases(const CaseScores& first, const CaseScores& second, std::uint64_t seed);

/// Fills holm_p over all.
void adjust_together(std::vector<Comparison>& comparisons);

/// "0.012", "2e-07": a p value as people read it.
std::string format_p(double p);

/// What was done, for the foot of a table.
inline constexpr const char* kComparisonMethod =
    "Differences of cases (mean over classes and runs); 95 % interval: BCa bootstrap over cases, 10000 "
    "resamples; p: two-sided Wilcoxon signed-rank test, exact up to 50 differences that are not 0; cases of "
    "one "
    "patient are not independent, so that p values are too small by some measure.";

}  // namespace tandem::report
