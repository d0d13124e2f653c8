#pragma once
#include <array>
#include <span>
#include <string>
#include <vector>

#include "equations/mr_artefacts.h"
#include "equations/torch_generator.h"

namespace tandem::equations {

inline constexpr int kSeverityLevels = 5;

/// One parameter of a corruption at levels 1 to 5.
struct SeverityRow {
  std::string kind, parameter;  ///< "motion", "degrees"
  std::array<double, kSeverityLevels> at;
  std::string meaning;  ///< with the unit, for help texts
};

/// The grid of ROOD-MRI [boone2023], level l at l/5 of the way from no effect to the strongest, and a row for
/// the spike, which it lacks.
std::span<const SeverityRow> severity_grid();

/// Kinds that have levels: those of ACDC-C, then the others, in the order of the grid.
std::vector<std::string> severity_kinds();

/// True if a kind draws nothing, so that all copies at one level are equal.
bool is_fixed_by_level(const std::string& kind);

/// Draws a corruption of a kind at a level, 1 to 5. Equal words give the same directions, axes and places at
/// every level, only stronger (but for motion, which has more movements at higher levels).
Artefact artefact_at_severity(const std::string& kind, int level, const WordSource& words);

/// Weight of a level in the summaries of [boone2023]: (2/3)^level; level 0 is the clean data.
double severity_weight(double level);

/// A score at a level of severity.
struct SeverityScore {
  double level = 0, score = 0;
};

/// sum of w s / sum of w over all levels, the clean data (level 0, weight 1) included [boone2023]; "overall".
double severity_weighted_mean(std::span<const SeverityScore> scores);

/// sum of w (clean - s) / sum of w over the levels above 0 [boone2023]: what is lost; negative where scores
/// rise. NaN without a score at level 0.
double severity_degradation(std::span<const SeverityScore> scores);

}  // namespace tandem::equations
