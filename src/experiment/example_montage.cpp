#include "experiment/example_montage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/sha256.h"
#include "equations/preprocessing.h"
#include "evaluation/predictor.h"
#include "experiment/example_figures.h"

namespace tandem::experiment {
namespace {

constexpr const char* kNetwork = "FTN+STN";

/// The run's scores of this very file.
std::vector<records::ScoreRow> scores_of(const RunFolder& folder, const data::CaseFile& file) {
  const std::string domain = file.info().domain;
  const auto advice =
      fmt::format("tandem evaluate {} --data {}", folder.path().string(), file.path().string());
  require(std::filesystem::exists(folder.result()), "{} has no result.h5 with scores to choose cases by",
          folder.path().string());
  const auto result = records::read_result(folder.result());
  const auto sha = result.data_sha256.find(domain);
  require(sha != result.data_sha256.end(), "{} has no scores of {}; make them with: {}",
          folder.result().string(), domain, advice);
  require(sha->second == file_sha256(file.path()),
          "the scores of {} in {} are of another file than {}; make them anew with: {}", domain,
          folder.result().string(), file.path().string(), advice);
  return result.scores;
}

/// The slice whose reference has the most pixels of any class.
std::int64_t largest_slice(const Volume<std::uint8_t>& label) {
  const auto pixels = [&](std::int64_t s) {
    return std::ranges::count_if(label.slice(s), [](auto v) { return v != 0; });
  };
  std::int64_t best = 0;
  for (std::int64_t s = 1; s < label.slices; ++s)
    if (pixels(s) > pixels(best)) best = s;
  return best;
}

}  // namespace

std::vector<RankedCase> extreme_cases(const std::vector<records::ScoreRow>& scores, const std::string& domain,
                                      std::int64_t count) {
  std::map<std::string, std::pair<double, int>> sums;
  for (const auto& row : scores)
    if (row.domain == domain && row.network == kNetwork && row.metric == "dice" && std::isfinite(row.value))
      sums[row.case_id].first += row.value, ++sums[row.case_id].second;
  std::vector<RankedCase> ranked;
  for (const auto& [id, sum] : sums) ranked.push_back({id, sum.first / sum.second});
  require(ranked.size() >= 2, "{} cases of {} have a Dice score of {}; a montage of worst and best needs two",
          ranked.size(), domain, kNetwork);
  std::ranges::stable_sort(ranked, {}, &RankedCase::dice);
  const auto n = std::min(std::max<std::int64_t>(count, 1), std::int64_t(ranked.size()) / 2);
  ranked.erase(ranked.begin() + n, ranked.end() - n);
  return ranked;
}

records::PictureFigure montage_figure(model::Networks& net, const RunFolder& folder,
                                      const data::CaseFile& file, const evaluation::EvaluationConfig& config,
                                      std::int64_t count) {
  const auto cases = extreme_cases(scores_of(folder, file), file.info().domain, count);
  records::PictureFigure figure;
  figure.title = fmt::format("Worst and best cases of {}", file.info().domain);
  figure.note = fmt::format(
      "Dice of the whole case: mean over LV, MYO and RV, {}; the slice with the largest reference area.",
      kNetwork);
  figure.rows = {"image", "reference", "prediction"};
  for (size_t i = 0; i < cases.size(); ++i) {
    const auto c = file.read(cases[i].id);
    require(c.label.has_value(), "case {} of {} has no label", c.id, file.path().string());
    const auto image =
        evaluation::prepare(equations::centre_crop_or_pad(c.image, config.crop, config.crop), config);
    const auto label = equations::centre_crop_or_pad(*c.label, config.crop, config.crop);
    const auto s = largest_slice(label);
    const auto prediction = evaluation::predict_volume(net, image).ftn_stn.slice_image(s);
    const auto place =
        i < cases.size() / 2 ? fmt::format("worst {}", i + 1) : fmt::format("best {}", cases.size() - i);
    figure.columns.push_back(fmt::format("{}: {}", place, c.id));
    figure.pixel_mm = c.spacing_mm[2];
    records::Picture picture;
    picture.column = figure.columns.back(), picture.values = image.slice_image(s);
    picture.shown = square_around(label.slice_image(s));
    picture.row = "image", picture.caption = fmt::format("slice {}", s);
    figure.pictures.push_back(picture);
    picture.row = "reference", picture.caption = "", picture.outlines = label.slice_image(s);
    figure.pictures.push_back(picture);
    picture.row = "prediction", picture.caption = fmt::format("Dice {:.3f}", cases[i].dice);
    picture.outlines = prediction, picture.numbers = {{"dice", cases[i].dice}};
    figure.pictures.push_back(picture);
  }
  return figure;
}

}  // namespace tandem::experiment
