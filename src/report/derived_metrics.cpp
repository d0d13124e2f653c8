#include "report/derived_metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include "equations/clinical_metrics.h"

namespace tandem::report {
namespace {

using records::ScoreRow;

/// Volumes of label and prediction in ml, as far as rows gave them.
struct Volumes {
  std::optional<double> label, prediction;
  bool complete() const { return label && prediction; }
};

/// One class of one beating heart by one network.
struct Beat {
  ScoreRow about;
  Volumes ed, es;
};

/// "patient007_c0" of "patient007_ED_c0": what ED and ES of one scan have in common.
std::string without_frame(const std::string& case_id, const std::string& frame) {
  const auto at = case_id.find("_" + frame);
  if (frame.empty() || at == std::string::npos) return case_id;
  return case_id.substr(0, at) + case_id.substr(at + 1 + frame.size());
}

using Key = std::tuple<std::string, std::string, std::string, std::string>;

/// Collects volumes by `key`, keeping the order in which keys first appear.
template <class KeyOf>
std::vector<Beat> collect(const std::vector<ScoreRow>& rows, const KeyOf& key_of) {
  std::vector<Beat> beats;
  std::map<Key, size_t> known;
  for (const auto& row : rows) {
    const bool label = row.metric == "volume_label_ml";
    if (!label && row.metric != "volume_prediction_ml") continue;
    const auto [found, fresh] = known.emplace(key_of(row), beats.size());
    if (fresh) beats.push_back({row, {}, {}});
    auto& volumes = row.frame == "ES" ? beats[found->second].es : beats[found->second].ed;
    (label ? volumes.label : volumes.prediction) = row.value;
  }
  return beats;
}

double value_of(const std::string& metric, const Volumes& ed, const Volumes& es) {
  using namespace equations;
  const double label = ejection_fraction(*ed.label, *es.label);
  const double prediction = ejection_fraction(*ed.prediction, *es.prediction);
  if (metric == "ejection_fraction") return prediction;
  if (metric == "ejection_fraction_label") return label;
  if (metric == "ejection_fraction_error") return std::abs(prediction - label);
  return std::abs(stroke_volume(*ed.prediction, *es.prediction) - stroke_volume(*ed.label, *es.label));
}

bool is_of_both_frames(const std::string& metric) {
  return metric.starts_with("ejection_fraction") || metric == "stroke_volume_error_ml";
}

std::vector<ScoreRow> volume_errors(const std::vector<ScoreRow>& rows) {
  std::vector<ScoreRow> out;
  const auto key = [](const ScoreRow& r) { return Key(r.domain, r.case_id, r.network, r.klass); };
  for (auto& beat : collect(rows, key)) {
    const auto& volumes = beat.about.frame == "ES" ? beat.es : beat.ed;
    if (!volumes.complete()) continue;
    beat.about.value = std::abs(*volumes.prediction - *volumes.label);
    out.push_back(beat.about);
  }
  return out;
}

}  // namespace

std::vector<ScoreRow> rows_of_metric(const std::vector<ScoreRow>& rows, const std::string& metric) {
  std::vector<ScoreRow> out;
  const bool mass = metric == "myocardial_mass_error_g";
  if (metric == "volume_error_ml") {
    out = volume_errors(rows);
  } else if (mass || is_of_both_frames(metric)) {
    const auto key = [](const ScoreRow& r) {
      return Key(r.domain, without_frame(r.case_id, r.frame), r.network, r.klass);
    };
    const auto classes = classes_of_metric(metric);
    for (auto& beat : collect(rows, key)) {
      if (std::ranges::count(classes, beat.about.klass) == 0) continue;
      if (!beat.ed.complete() || !(mass || beat.es.complete())) continue;
      beat.about.case_id = without_frame(beat.about.case_id, beat.about.frame);
      beat.about.frame = mass ? "ED" : "ED-ES";
      beat.about.value = mass ? std::abs(equations::myocardial_mass(*beat.ed.prediction) -
                                         equations::myocardial_mass(*beat.ed.label))
                              : value_of(metric, beat.ed, beat.es);
      out.push_back(beat.about);
    }
  } else {
    std::ranges::copy_if(rows, std::back_inserter(out),
                         [&](const auto& row) { return row.metric == metric; });
  }
  for (auto& row : out) row.metric = metric;
  return out;
}

std::vector<std::string> classes_of_metric(const std::string& metric) {
  if (metric == "myocardial_mass_error_g") return {"MYO"};
  if (is_of_both_frames(metric)) return {"LV", "RV"};
  return {"LV", "MYO", "RV"};
}

}  // namespace tandem::report
