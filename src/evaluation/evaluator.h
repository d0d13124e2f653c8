#pragma once
#include <functional>
#include <vector>

#include "data/case_file.h"
#include "evaluation/evaluation_config.h"
#include "evaluation/predictor.h"
#include "records/scores.h"

namespace tandem::evaluation {

/// Scores of LV, MYO and RV of one case by FTN and FTN+STN, by the metrics of the settings. Image and label
/// are cropped or padded to the crop size first; what lies outside is lost from both, as in the evaluation
/// behind [chen2021].
std::vector<records::ScoreRow> evaluate_case(model::Networks& net, const data::Case& c,
                                             const std::string& domain, const EvaluationConfig& config,
                                             model::Formulation formulation = model::Formulation::Optimised);

/// Scores some cases of a data set, in their order. @param on_case called before each case with its number
std::vector<records::ScoreRow> evaluate_cases(model::Networks& net, const data::CaseFile& file,
                                              const std::vector<std::string>& cases,
                                              const EvaluationConfig& config,
                                              const std::function<void(std::int64_t number)>& on_case = {},
                                              model::Formulation formulation = model::Formulation::Optimised);

/// The labelled cases of a data set whose patient is among `patients` (trailing digits; empty = all), in
/// alphabetical order.
std::vector<std::string> cases_to_evaluate(const data::CaseFile& file,
                                           const std::vector<std::string>& patients);

}  // namespace tandem::evaluation
