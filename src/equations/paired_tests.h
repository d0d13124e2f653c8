#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace tandem::equations {

/// What Wilcoxon's test does with differences of 0: leave them out first; rank them, then leave their ranks
/// out [pratt1959]; or rank them and give half of their ranks to each side.
enum class Zeros { Wilcox, Pratt, Split };

/// Where the p value comes from: all 2^n sign patterns of the ranks at hand, or the normal distribution,
/// without or with continuity correction.
enum class NullDistribution { Exact, Normal, NormalCorrected };

/// What is tested against "no difference": any; that differences tend above 0; below 0.
enum class Alternative { TwoSided, Greater, Less };

/// Result of a test. z is that of the normal distribution (two-sided: -|z|), NaN where none was used.
struct TestResult {
  double statistic = 0, z = 0, p = 0;
};

/// Ranks of |d| from 1, ties share their average rank; and the sums that belong to d > 0 and d < 0.
struct SignedRanks {
  std::vector<double> ranks;  ///< of the differences that were ranked
  double plus = 0, minus = 0;
  std::int64_t zeros = 0;  ///< differences of 0 among those given
};

/// Ranks paired differences for Wilcoxon's test. Floating-point noise breaks ties: round differences first.
SignedRanks signed_ranks(std::span<const double> differences, Zeros zeros);

/// Wilcoxon's signed-rank test [wilcoxon1945] of paired differences. The statistic is min(W+, W-) if
/// two-sided, else W+. Exact holds with ties too (all sign patterns of the tied ranks) and takes at most 500
/// differences that are not 0; differences that all are 0 give p = 1.
TestResult wilcoxon_signed_rank(std::span<const double> differences, Zeros zeros, NullDistribution null,
                                Alternative alternative = Alternative::TwoSided);

/// Student's t test of paired differences (n >= 2); statistic t with n - 1 degrees of freedom. p is NaN if
/// all differences are equal.
TestResult paired_t(std::span<const double> differences, Alternative alternative = Alternative::TwoSided);

/// Cohen's d_z = mean / sample standard deviation of the differences.
double cohen_dz(std::span<const double> differences);

/// Rank-biserial correlation (W+ - W-) / (W+ + W-), zeros dropped; 0 if all differences are 0.
double rank_biserial(std::span<const double> differences);

}  // namespace tandem::equations
