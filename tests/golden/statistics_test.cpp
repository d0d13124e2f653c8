// Paired tests, bootstrap intervals and corrections against SciPy (metrics.h5, statistics).
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "equations/bootstrap.h"
#include "equations/multiple_testing.h"
#include "equations/paired_tests.h"
#include "equations/statistics.h"
#include "h5/h5.h"
#include "support/golden.h"

namespace tandem {
namespace {

namespace eq = equations;

const std::map<std::string, eq::Zeros> kZeros = {
    {"wilcox", eq::Zeros::Wilcox}, {"pratt", eq::Zeros::Pratt}, {"zsplit", eq::Zeros::Split}};
const std::map<std::string, eq::NullDistribution> kNulls = {
    {"exact", eq::NullDistribution::Exact},
    {"asymptotic", eq::NullDistribution::Normal},
    {"asymptotic_corrected", eq::NullDistribution::NormalCorrected}};
const std::map<std::string, eq::Alternative> kAlternatives = {{"two-sided", eq::Alternative::TwoSided},
                                                              {"greater", eq::Alternative::Greater},
                                                              {"less", eq::Alternative::Less}};

class GoldenStatistics : public testing::Test {
 protected:
  std::vector<std::string> tables() const {
    std::vector<std::string> out;
    for (const auto& name : file_.list("/statistics"))
      if (file_.exists("/statistics/" + name + "/difference")) out.push_back("/statistics/" + name);
    EXPECT_FALSE(out.empty());
    return out;
  }
  std::vector<double> differences(const std::string& table) const {
    return file_.read<double>(table + "/difference");
  }
  double attribute(const std::string& path, const std::string& name) const {
    return file_.attribute<double>(path, name);
  }
  void expect_relative(double value, double expected, double relative, const std::string& what) const {
    EXPECT_NEAR(value, expected, relative * std::abs(expected)) << what;
  }
  h5::File file_{test::golden_dir() / "metrics.h5", h5::File::Mode::Read};
};

TEST_F(GoldenStatistics, Wilcoxon) {
  std::map<std::string, int> checked;
  for (const auto& table : tables())
    for (const auto& [zeros_name, zeros] : kZeros)
      for (const auto& [null_name, null] : kNulls)
        for (const auto& [alternative_name, alternative] : kAlternatives) {
          const auto path = table + "/wilcoxon/" + zeros_name + "/" + null_name + "/" + alternative_name;
          if (!file_.exists(path)) continue;
          SCOPED_TRACE(path);
          const auto result = eq::wilcoxon_signed_rank(differences(table), zeros, null, alternative);
          EXPECT_NEAR(result.statistic, attribute(path, "statistic"), 1e-14);
          const double p = attribute(path, "p");
          EXPECT_NEAR(result.p, p, null == eq::NullDistribution::Exact ? 1e-14 : 1e-10 * p);
          if (null != eq::NullDistribution::Exact)
            expect_relative(result.z, attribute(path, "z"), 1e-12, "z");
          ++checked[null_name];
        }
  EXPECT_EQ(checked["exact"], 9 * (int(tables().size()) - 1));  // not for the table with ties
  EXPECT_EQ(checked["asymptotic"], 9 * int(tables().size()));
  EXPECT_EQ(checked["asymptotic_corrected"], 9 * int(tables().size()));
}

TEST_F(GoldenStatistics, RanksEffectSizesAndPairedT) {
  for (const auto& table : tables()) {
    SCOPED_TRACE(table);
    const auto d = differences(table);
    const auto ranks = eq::signed_ranks(d, eq::Zeros::Wilcox);
    EXPECT_NEAR(ranks.plus, attribute(table, "w_plus"), 1e-14);
    EXPECT_NEAR(ranks.minus, attribute(table, "w_minus"), 1e-14);
    EXPECT_EQ(std::int64_t(ranks.ranks.size()), file_.attribute<std::int64_t>(table, "n_nonzero"));
    EXPECT_NEAR(eq::rank_biserial(d), attribute(table, "rank_biserial"), 1e-14);
    const auto t = eq::paired_t(d);
    expect_relative(t.statistic, attribute(table, "paired_t"), 1e-10, "t");
    expect_relative(t.p, attribute(table, "paired_t_p"), 1e-10, "p of t");
    expect_relative(eq::cohen_dz(d), attribute(table, "cohen_dz"), 1e-10, "d_z");
  }
}

TEST_F(GoldenStatistics, BootstrapIntervals) {
  const auto stored = file_.read<std::uint8_t>("/statistics/bootstrap_indices");
  const std::vector<std::uint32_t> indices(stored.begin(), stored.end());
  for (const auto& table : tables()) {
    SCOPED_TRACE(table);
    const auto d = differences(table);
    const auto means = eq::resampled_means(d, indices);
    const auto scalar = [&](const std::string& name) {
      return file_.read_scalar<double>(table + "/bootstrap_" + name);
    };
    const auto first = file_.read<double>(table + "/bootstrap_resampled_means_first10");
    for (size_t i = 0; i < first.size(); ++i) EXPECT_NEAR(means.at(i), first[i], 1e-12);
    EXPECT_NEAR(eq::mean(d), scalar("mean_difference"), 1e-12);
    EXPECT_NEAR(eq::sample_deviation(means), scalar("standard_error"), 1e-12);
    const auto terms = eq::bca_terms(d, means, 0.95);
    EXPECT_NEAR(terms.z0, scalar("bca_z0"), 1e-12);
    EXPECT_NEAR(terms.acceleration, scalar("bca_acceleration"), 1e-12);
    const auto expect_pair = [&](double low, double high, const std::string& name) {
      const auto expected = file_.read<double>(table + "/bootstrap_" + name);
      EXPECT_NEAR(low, expected.at(0), 1e-12) << name;
      EXPECT_NEAR(high, expected.at(1), 1e-12) << name;
    };
    expect_pair(terms.low_level, terms.high_level, "bca_levels");
    for (const auto& [name, kind] :
         {std::pair("percentile", eq::BootstrapInterval::Percentile),
          std::pair("basic", eq::BootstrapInterval::Basic), std::pair("bca", eq::BootstrapInterval::Bca)}) {
      const auto interval = eq::bootstrap_interval(d, means, kind);
      expect_pair(interval.low, interval.high, name);
    }
  }
}

TEST_F(GoldenStatistics, SeveralTestsTogether) {
  const auto p = file_.read<double>("/statistics/multiple/p");
  const auto expect_values = [&](const std::vector<double>& adjusted, const std::string& name) {
    const auto expected = file_.read<double>("/statistics/multiple/" + name);
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(adjusted.at(i), expected[i], 1e-14) << name;
  };
  expect_values(eq::holm(p), "holm");
  expect_values(eq::bonferroni(p), "bonferroni");
  expect_values(eq::benjamini_hochberg(p), "benjamini_hochberg");
  const auto rejected = file_.read<std::uint8_t>("/statistics/multiple/holm_rejected_at_0.05");
  const auto adjusted = eq::holm(p);
  for (size_t i = 0; i < rejected.size(); ++i) EXPECT_EQ(adjusted[i] <= 0.05, rejected[i] != 0);
}

}  // namespace
}  // namespace tandem
