#include "equations/paired_tests.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "equations/bootstrap.h"
#include "equations/multiple_testing.h"
#include "support/expect_error.h"

namespace tandem::equations {
namespace {

using Values = std::vector<double>;

/// P(W+ <= w) by going through all sign patterns.
double counted_cdf(const Values& ranks, double w) {
  int below = 0;
  for (unsigned pattern = 0; pattern < 1u << ranks.size(); ++pattern) {
    double sum = 0;
    for (size_t i = 0; i < ranks.size(); ++i)
      if (pattern >> i & 1) sum += ranks[i];
    below += sum <= w;
  }
  return below / std::pow(2.0, double(ranks.size()));
}

TEST(Wilcoxon, ExactWithTiesIsACountOfSignPatterns) {
  const Values d = {1, 2, 2, -2, 3, -1, 4, 4, 0};
  const auto ranks = signed_ranks(d, Zeros::Wilcox);  // of 1 1 2 2 2 3 4 4
  EXPECT_EQ(ranks.ranks, (Values{1.5, 4, 4, 4, 6, 1.5, 7.5, 7.5}));
  EXPECT_EQ(ranks.minus, 5.5);
  EXPECT_EQ(ranks.zeros, 1);
  for (const auto zeros : {Zeros::Wilcox, Zeros::Pratt}) {
    const auto r = signed_ranks(d, zeros);
    const double below = counted_cdf(r.ranks, r.minus);
    EXPECT_DOUBLE_EQ(wilcoxon_signed_rank(d, zeros, NullDistribution::Exact).p, 2 * below);
    EXPECT_DOUBLE_EQ(wilcoxon_signed_rank(d, zeros, NullDistribution::Exact, Alternative::Greater).p, below);
    EXPECT_DOUBLE_EQ(wilcoxon_signed_rank(d, zeros, NullDistribution::Exact, Alternative::Less).p,
                     counted_cdf(r.ranks, r.plus));
  }
}

TEST(Wilcoxon, NoDifferenceAtAllIsNoEvidence) {
  for (const auto null : {NullDistribution::Exact, NullDistribution::Normal})
    EXPECT_EQ(wilcoxon_signed_rank(Values{0, 0, 0}, Zeros::Split, null).p, 1);
  EXPECT_EQ(rank_biserial(Values{0, 0}), 0);
  EXPECT_TRUE(std::isnan(paired_t(Values{2, 2}).p));
}

TEST(Wilcoxon, ExactAndNormalMeetForManyPairs) {
  Values d;
  for (int i = 1; i <= 300; ++i) d.push_back(i % 9 < 5 ? i : -i - 0.5);
  const double exact = wilcoxon_signed_rank(d, Zeros::Wilcox, NullDistribution::Exact).p;
  EXPECT_NEAR(wilcoxon_signed_rank(d, Zeros::Wilcox, NullDistribution::NormalCorrected).p / exact, 1, 0.01);
}

TEST(Wilcoxon, RefusesWhatCannotBeRanked) {
  test::expect_error([] { signed_ranks(Values{1, NAN}, Zeros::Wilcox); }, "one difference is nan");
  test::expect_error([] { wilcoxon_signed_rank(Values(501, 1.0), Zeros::Wilcox, NullDistribution::Exact); },
                     "500 differences at most, not 501");
}

TEST(Bootstrap, EqualKeysDrawTheSameAndAllValuesComeUp) {
  const RandomKey key{.seed = 1, .purpose = Purpose::Bootstrap};
  const auto indices = resample_indices(key, 200, 7);
  EXPECT_EQ(indices, resample_indices(key, 200, 7));
  EXPECT_NE(indices, resample_indices({.seed = 2, .purpose = Purpose::Bootstrap}, 200, 7));
  EXPECT_EQ(std::set(indices.begin(), indices.end()), (std::set<std::uint32_t>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(resampled_means(Values{1, 3, 8}, std::vector<std::uint32_t>{0, 0, 0, 2, 1, 2}),
            (Values{1, 19.0 / 3}));
}

TEST(Bootstrap, OneSidedResamplesFallBackOnPercentiles) {
  const Values equal = {2, 2, 2}, means = {2, 2};
  const auto bca = bootstrap_interval(equal, means, BootstrapInterval::Bca);
  EXPECT_EQ(bca.low, 2);
  EXPECT_EQ(bca.high, 2);
  const Values values = {1, 2, 6}, above = {4, 5};
  EXPECT_DOUBLE_EQ(bootstrap_interval(values, above, BootstrapInterval::Bca, 0.5).low, 4.25);
}

TEST(Bootstrap, RefusesIndicesBeyondTheValues) {
  test::expect_error(
      [] {
        resampled_means(Values{1, 2}, std::vector<std::uint32_t>{0, 2});
      },
      "index 2 is beyond 2 values");
  test::expect_error(
      [] {
        resampled_means(Values{1, 2}, std::vector<std::uint32_t>{0});
      },
      "1 resampling indices are no multiple of 2 values");
}

TEST(SeveralTests, HandWorkedHolm) {
  EXPECT_EQ(holm(Values{0.04, 0.01, 0.03}), (Values{0.06, 0.03, 0.06}));
  EXPECT_EQ(bonferroni(Values{0.5, 0.125}), (Values{1, 0.25}));
  test::expect_error([] { holm(Values{0.5, NAN}); }, "nan is not a p value");
}

}  // namespace
}  // namespace tandem::equations
