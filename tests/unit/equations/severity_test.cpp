#include "equations/severity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "equations/artefact_json.h"
#include "equations/corruption_pipeline.h"
#include "support/expect_error.h"

namespace tandem::equations {
namespace {

WordSource words_of(std::uint64_t seed) {
  return [stream = RandomStream({.seed = seed, .purpose = Purpose::Corruption})]() mutable {
    return stream.bits();
  };
}

/// A heart-like volume: a bright ring around a grey disc on dark ground, in five slices.
Volume<float> heart() {
  Volume<float> out(5, 64, 64);
  for (std::int64_t s = 0; s < 5; ++s)
    for (std::int64_t r = 0; r < 64; ++r)
      for (std::int64_t c = 0; c < 64; ++c) {
        const double radius = std::hypot(double(r) - 30, double(c) - 34) + double(s);
        out.at(s, r, c) = radius < 10 ? 0.9F : radius < 15 ? 0.35F : 0.1F + 0.1F * float((r / 8 + c / 8) % 2);
      }
  return out;
}

/// Mean over draws of the mean absolute change of intensities by a corruption.
double effect(const std::string& kind, int level) {
  const auto clean = corrupt(heart(), GaussianBlur{0}, 64);
  double sum = 0;
  constexpr int kDraws = 12;
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    const auto made = corrupt(heart(), artefact_at_severity(kind, level, words_of(seed)), 64);
    for (size_t i = 0; i < clean.values.size(); ++i)
      sum += std::abs(double(made.values[i]) - double(clean.values[i]));
  }
  return sum / kDraws / double(clean.values.size());
}

TEST(Severity, EffectGrowsWithTheLevel) {
  for (const auto& kind : severity_kinds()) {
    const double first = effect(kind, 1);
    double before = first;
    for (int level = 2; level <= kSeverityLevels; ++level) {
      const double now = effect(kind, level);
      EXPECT_GT(now, 0.98 * before) << kind << " at level " << level;  // samples may chance to fall well
      before = now;
    }
    EXPECT_GT(first, 0) << kind;
    EXPECT_GT(before, 1.3 * first) << kind;
  }
}

TEST(Severity, SlicesStayFromZeroToOne) {
  for (const auto& kind : severity_kinds())
    for (const int level : {1, 5}) {
      const auto made = corrupt(heart(), artefact_at_severity(kind, level, words_of(5)), 64);
      EXPECT_EQ(*std::ranges::min_element(made.values), 0) << kind;
      EXPECT_EQ(*std::ranges::max_element(made.values), 1) << kind;
    }
}

TEST(Severity, EqualWordsGiveEqualDrawsAndJsonKeepsThem) {
  for (const auto& kind : severity_kinds()) {
    const auto a = artefact_at_severity(kind, 3, words_of(1)), b = artefact_at_severity(kind, 3, words_of(1));
    EXPECT_EQ(a, b) << kind;
    EXPECT_EQ(artefact_from_json(to_json(a, 3)), a) << kind;
    EXPECT_NE(to_json(a, 3).find("\"severity\": 3"), std::string::npos);
    bool fixed = true;
    for (std::uint64_t seed = 2; seed < 12; ++seed)
      fixed &= a == artefact_at_severity(kind, 3, words_of(seed));
    EXPECT_EQ(fixed, is_fixed_by_level(kind)) << kind;
  }
}

TEST(Severity, LevelsShareTheirDraws) {
  const auto weak = std::get<BiasField>(artefact_at_severity("bias", 1, words_of(4)));
  const auto strong = std::get<BiasField>(artefact_at_severity("bias", 5, words_of(4)));
  for (size_t q = 0; q < 20; ++q) EXPECT_NEAR(strong.coefficients[q], 5 * weak.coefficients[q], 1e-12);
  const auto spike = [](int level) {
    return std::get<Spike>(artefact_at_severity("spike", level, words_of(4)));
  };
  EXPECT_EQ(spike(1).positions, spike(5).positions);
}

TEST(Severity, GridIsThatOfThePaper) {
  // Level l lies l/5 of the way from no effect to the strongest; counts begin at 2 and 3.
  for (const auto& row : severity_grid()) {
    const double step = row.at[1] - row.at[0];
    for (size_t l = 1; l < row.at.size(); ++l)
      EXPECT_NEAR(row.at[l] - row.at[l - 1], step, 1e-12) << row.kind;
    const bool from_one = row.parameter == "factor" || row.parameter == "exponent";
    const double start = row.parameter == "num_ghosts" ? 1 : from_one ? 1 : 0;
    EXPECT_NEAR(row.at[0] - step, start, 1e-12) << row.kind << ' ' << row.parameter;
  }
}

TEST(Severity, UnknownKindsAndLevelsAreRefused) {
  test::expect_error([] { artefact_at_severity("blurr", 1, words_of(1)); }, "did you mean 'blur'");
  test::expect_error([] { artefact_at_severity("blur", 0, words_of(1)); }, "levels are 1 to 5");
  test::expect_error([] { artefact_at_severity("blur", 6, words_of(1)); }, "levels are 1 to 5");
}

TEST(SeveritySummaries, AreWeightedByTwoThirdsToTheLevel) {
  // Weights 1, 2/3, 4/9: (0.9 + 0.6 * 2/3 + 0.3 * 4/9) / (19/9), and (0.3 * 2/3 + 0.6 * 4/9) / (10/9).
  const std::vector<SeverityScore> scores = {{2, 0.3}, {0, 0.9}, {1, 0.6}};
  EXPECT_NEAR(severity_weighted_mean(scores), (0.9 + 0.4 + 1.2 / 9) * 9 / 19, 1e-12);
  EXPECT_NEAR(severity_degradation(scores), (0.2 + 2.4 / 9) * 0.9, 1e-12);
  EXPECT_TRUE(std::isnan(severity_degradation(std::vector<SeverityScore>{{1, 0.6}})));
  EXPECT_NEAR(severity_weight(3), 8.0 / 27, 1e-15);
}

}  // namespace
}  // namespace tandem::equations
