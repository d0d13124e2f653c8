#pragma once
#include <array>
#include <string>
#include <vector>

#include "data/case.h"
#include "evaluation/evaluation_config.h"
#include "records/scores.h"

namespace tandem::evaluation {

/// What the scores of one case have in common: everything but network, class, metric and value.
records::ScoreRow row_of_case(const data::Case& c, const std::string& domain);

/// Compares a prediction with the label, both [D,H,W] with a spacing (slice, row, column) in mm: for LV, MYO
/// and RV the metrics of the settings, as copies of `about` with class, metric and value filled in. Distances
/// are NaN when a class is missing in the label or in the prediction; Dice and IoU are 0 then.
std::vector<records::ScoreRow> score_prediction(const records::ScoreRow& about,
                                                const Volume<std::uint8_t>& label,
                                                const Volume<std::uint8_t>& prediction,
                                                const std::array<double, 3>& spacing_mm,
                                                const EvaluationConfig& config);

}  // namespace tandem::evaluation
