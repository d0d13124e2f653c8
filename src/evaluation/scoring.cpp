#include "evaluation/scoring.h"

#include <fmt/format.h>

#include <algorithm>

#include "equations/clinical_metrics.h"
#include "equations/overlap_metrics.h"
#include "equations/surface_metrics.h"

namespace tandem::evaluation {
namespace {

using Values = std::vector<std::pair<std::string, double>>;

/// The metrics that need the distances between surfaces, which take most of the time.
Values surface_values(const Volume<std::uint8_t>& label, const Volume<std::uint8_t>& prediction,
                      std::uint8_t klass, const std::array<double, 3>& spacing_mm,
                      const EvaluationConfig& config) {
  const auto wanted = [&](const char* name) { return std::ranges::count(config.metrics, name) > 0; };
  if (!std::ranges::any_of(kSurfaceMetrics, [&](const auto& name) { return wanted(name.c_str()); }))
    return {};
  const auto distances = equations::surface_distances(label, prediction, klass, spacing_mm);
  Values out;
  if (wanted("hd95_mm")) out.emplace_back("hd95_mm", equations::hausdorff_95(distances));
  if (wanted("hd95_larger_mm")) out.emplace_back("hd95_larger_mm", equations::hausdorff_95_larger(distances));
  if (wanted("hd_mm")) out.emplace_back("hd_mm", equations::hausdorff(distances));
  if (wanted("assd_mm")) out.emplace_back("assd_mm", equations::assd(distances));
  if (wanted("assd_two_means_mm"))
    out.emplace_back("assd_two_means_mm", equations::assd_of_two_means(distances));
  if (wanted("nsd"))
    out.emplace_back(fmt::format("nsd_{:g}mm", config.surface_tolerance_mm),
                     equations::normalised_surface_dice(distances, config.surface_tolerance_mm));
  return out;
}

Values values_of(const Volume<std::uint8_t>& label, const Volume<std::uint8_t>& prediction,
                 std::uint8_t klass, const std::array<double, 3>& spacing_mm,
                 const EvaluationConfig& config) {
  const auto counts = equations::count_overlap(label.values, prediction.values, klass);
  const auto wanted = [&](const char* name) { return std::ranges::count(config.metrics, name) > 0; };
  Values out;
  if (wanted("dice")) out.emplace_back("dice", equations::dice(counts));
  if (wanted("iou")) out.emplace_back("iou", equations::iou(counts));
  if (wanted("volume_ml")) {
    out.emplace_back("volume_label_ml", equations::volume_ml(counts.label, spacing_mm));
    out.emplace_back("volume_prediction_ml", equations::volume_ml(counts.prediction, spacing_mm));
  }
  const auto surfaces = surface_values(label, prediction, klass, spacing_mm, config);
  out.insert(out.end(), surfaces.begin(), surfaces.end());
  return out;
}

}  // namespace

records::ScoreRow row_of_case(const data::Case& c, const std::string& domain) {
  records::ScoreRow row;
  row.domain = domain, row.case_id = c.id, row.patient = c.patient, row.frame = c.frame;
  row.group = c.group, row.vendor = c.vendor, row.centre = c.centre;
  return row;
}

std::vector<records::ScoreRow> score_prediction(const records::ScoreRow& about,
                                                const Volume<std::uint8_t>& label,
                                                const Volume<std::uint8_t>& prediction,
                                                const std::array<double, 3>& spacing_mm,
                                                const EvaluationConfig& config) {
  std::vector<records::ScoreRow> rows;
  for (std::uint8_t k = data::kLV; k < data::kClassCount; ++k)
    for (const auto& [metric, value] : values_of(label, prediction, k, spacing_mm, config)) {
      rows.push_back(about);
      rows.back().klass = data::kLabelNames[k], rows.back().metric = metric, rows.back().value = value;
    }
  return rows;
}

}  // namespace tandem::evaluation
