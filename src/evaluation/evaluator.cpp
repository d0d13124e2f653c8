#include "evaluation/evaluator.h"

#include <algorithm>

#include "base/error.h"
#include "data/split.h"
#include "equations/preprocessing.h"
#include "evaluation/scoring.h"

namespace tandem::evaluation {

std::vector<records::ScoreRow> evaluate_case(model::Networks& net, const data::Case& c,
                                             const std::string& domain, const EvaluationConfig& config,
                                             model::Formulation formulation) {
  require(c.label.has_value(), "case {} has no label to score against", c.id);
  const auto image = prepare(equations::centre_crop_or_pad(c.image, config.crop, config.crop), config);
  const auto label = equations::centre_crop_or_pad(*c.label, config.crop, config.crop);
  const auto prediction = predict_volume(net, image, formulation);

  std::vector<records::ScoreRow> rows;
  auto about = row_of_case(c, domain);
  for (const auto& [network, labels] :
       {std::pair{"FTN", &prediction.ftn}, std::pair{"FTN+STN", &prediction.ftn_stn}}) {
    about.network = network;
    const auto scored = score_prediction(about, label, *labels, c.spacing_mm, config);
    rows.insert(rows.end(), scored.begin(), scored.end());
  }
  return rows;
}

std::vector<std::string> cases_to_evaluate(const data::CaseFile& file,
                                           const std::vector<std::string>& patients) {
  std::vector<std::string> chosen;
  for (const auto& id : file.ids()) {
    if (!file.h5().exists("/cases/" + id + "/label")) continue;
    const auto patient = file.read_header(id).patient;
    const auto wanted = [&](const std::string& name) { return data::same_patient(patient, name); };
    if (patients.empty() || std::ranges::any_of(patients, wanted)) chosen.push_back(id);
  }
  return chosen;
}

std::vector<records::ScoreRow> evaluate_cases(model::Networks& net, const data::CaseFile& file,
                                              const std::vector<std::string>& cases,
                                              const EvaluationConfig& config,
                                              const std::function<void(std::int64_t)>& on_case,
                                              model::Formulation formulation) {
  std::vector<records::ScoreRow> rows;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (on_case) on_case(std::int64_t(i));
    const auto of_case = evaluate_case(net, file.read(cases[i]), file.info().domain, config, formulation);
    rows.insert(rows.end(), of_case.begin(), of_case.end());
  }
  return rows;
}

}  // namespace tandem::evaluation
