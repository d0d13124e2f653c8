#include "report/comparison.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "equations/multiple_testing.h"
#include "equations/paired_tests.h"
#include "equations/statistics.h"

namespace tandem::report {
namespace {

constexpr std::int64_t kResamples = 10000;
constexpr size_t kMostExact = 50;

double rounded(double value) { return std::round(value * 1e10) / 1e10; }

}  // namespace

Comparison compare_cases(const CaseScores& first, const CaseScores& second, std::uint64_t seed) {
  std::vector<double> a, b, d;
  for (const auto& [name, score] : first) {
    const auto other = second.find(name);
    if (other == second.end()) continue;
    a.push_back(score.value), b.push_back(other->second.value);
    d.push_back(rounded(b.back() - a.back()));
  }
  require(d.size() >= 2, "{} cases were scored by both methods; a comparison needs two or more", d.size());
  Comparison out;
  out.pairs = std::int64_t(d.size());
  out.unpaired = std::int64_t(first.size() + second.size()) - 2 * out.pairs;
  out.first = equations::mean(a), out.second = equations::mean(b), out.difference = equations::mean(d);
  const auto indices =
      equations::resample_indices({.seed = seed, .purpose = Purpose::Bootstrap}, kResamples, out.pairs);
  out.interval = equations::bootstrap_interval(d, equations::resampled_means(d, indices),
                                               equations::BootstrapInterval::Bca);
  const auto ranks = equations::signed_ranks(d, equations::Zeros::Wilcox);
  out.exact = ranks.ranks.size() <= kMostExact;
  out.wilcoxon_p = equations::wilcoxon_signed_rank(d, equations::Zeros::Wilcox,
                                                   out.exact ? equations::NullDistribution::Exact
                                                             : equations::NullDistribution::NormalCorrected)
                       .p;
  out.t_p = equations::paired_t(d).p;
  out.cohen_dz =
      equations::sample_deviation(d) > 0 ? equations::cohen_dz(d) : std::numeric_limits<double>::quiet_NaN();
  out.rank_biserial = equations::rank_biserial(d);
  out.holm_p = out.wilcoxon_p;
  return out;
}

void adjust_together(std::vector<Comparison>& comparisons) {
  std::vector<double> p;
  for (const auto& c : comparisons) p.push_back(c.wilcoxon_p);
  const auto adjusted = equations::holm(p);
  for (size_t i = 0; i < p.size(); ++i) comparisons[i].holm_p = adjusted[i];
}

std::string format_p(double p) {
  if (std::isnan(p)) return "-";
  return p < 0.001 ? fmt::format("{:.0e}", p) : fmt::format("{:.3f}", p);
}

}  // namespace tandem::report
