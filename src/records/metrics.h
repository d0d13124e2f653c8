#pragma once
#include <map>
#include <string>

namespace tandem::records {

/// Which of two values of a metric is the better one.
enum class Better { Higher, Lower, Neither };

/// By the name of a metric as scores carry it; Neither for names that are not known.
inline Better better_of(const std::string& metric) {
  for (const char* high : {"dice", "iou", "nsd"})
    if (metric.starts_with(high)) return Better::Higher;
  for (const char* low : {"hd_", "hd95_", "assd_"})
    if (metric.starts_with(low)) return Better::Lower;
  return metric.find("error") != std::string::npos ? Better::Lower : Better::Neither;
}

/// A metric as an axis names it, with its unit: "HD95 [mm]"; the name itself for one that is not known.
inline std::string axis_label_of(const std::string& metric) {
  static const std::map<std::string, std::string> labels = {
      {"dice", "Dice"},
      {"iou", "IoU"},
      {"nsd", "NSD"},
      {"hd95_mm", "HD95 [mm]"},
      {"assd_mm", "ASSD [mm]"},
      {"volume_error_ml", "volume error [ml]"},
      {"ejection_fraction_error", "error of the ejection fraction [percentage points]"},
      {"stroke_volume_error_ml", "error of the stroke volume [ml]"},
      {"myocardial_mass_error_g", "error of the myocardial mass [g]"}};
  const auto found = labels.find(metric);
  return found == labels.end() ? metric : found->second;
}

}  // namespace tandem::records
