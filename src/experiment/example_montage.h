#pragma once
#include "data/case_file.h"
#include "evaluation/evaluation_config.h"
#include "experiment/run_folder.h"
#include "model/networks.h"
#include "records/pictures.h"

namespace tandem::experiment {

/// A case and its Dice, mean over LV, MYO and RV.
struct RankedCase {
  std::string id;
  double dice = 0;
};

/// The worst cases, worst first, then the best, best last, by FTN+STN: `count` of each, or half of them all
/// where there are fewer. Equal Dice: by id. Error with fewer than two scored cases of the domain.
std::vector<RankedCase> extreme_cases(const std::vector<records::ScoreRow>& scores, const std::string& domain,
                                      std::int64_t count);

/// The worst and best cases of a run: image, reference and FTN+STN's prediction in the slice with the largest
/// reference area.
/// Error if the scores of the run are not of this file.
records::PictureFigure montage_figure(model::Networks& net, const RunFolder& folder,
                                      const data::CaseFile& file, const evaluation::EvaluationConfig& config,
                                      std::int64_t count);

}  // namespace tandem::experiment
