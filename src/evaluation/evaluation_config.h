#pragma once
#include "config/visitor.h"

namespace tandem::evaluation {

/// Metrics made from the distances between surfaces.
inline const std::vector<std::string> kSurfaceMetrics = {"hd95_mm", "hd95_larger_mm",    "hd_mm",
                                                         "assd_mm", "assd_two_means_mm", "nsd"};

/// Settings of evaluation and prediction, section [evaluation].
struct EvaluationConfig {
  std::vector<std::string> data;
  std::int64_t crop = 192;
  bool slice_minmax = false;
  std::vector<std::string> metrics = {"dice", "iou", "volume_ml", "hd95_mm", "assd_mm", "nsd"};
  double surface_tolerance_mm = 2;

  void describe(config::Visitor& v) {
    v.field({.name = "data",
             .help = "data set files that the trials of a sweep are scored on (tandem evaluate has --data)"},
            data);
    v.field({.name = "crop",
             .help = "side of the square that is evaluated, pixels; a multiple of 16",
             .range = config::at_least(16)},
            crop);
    v.field({.name = "slice_minmax", .help = "rescale each slice to [0,1] before prediction"}, slice_minmax);
    std::vector<std::string> names = {"dice", "iou", "volume_ml"};
    names.insert(names.end(), kSurfaceMetrics.begin(), kSurfaceMetrics.end());
    v.field({.name = "metrics", .help = "what is recorded of each case and class", .choices = names},
            metrics);
    v.field({.name = "surface_tolerance_mm",
             .help = "distance that metric nsd forgives, mm; part of its name, nsd_2mm",
             .range = config::at_least(0)},
            surface_tolerance_mm);
  }
};

}  // namespace tandem::evaluation
