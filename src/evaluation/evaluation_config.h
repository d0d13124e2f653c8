#pragma once
#include "config/visitor.h"

namespace tandem::evaluation {

/// Settings of evaluation and prediction, section [evaluation].
struct EvaluationConfig {
  std::vector<std::string> data;
  std::int64_t crop = 192;
  bool slice_minmax = false;

  void describe(config::Visitor& v) {
    v.field({.name = "data",
             .help = "data set files that the trials of a sweep are scored on (tandem evaluate has --data)"},
            data);
    v.field({.name = "crop",
             .help = "side of the square that is evaluated, pixels; a multiple of 16",
             .range = config::at_least(16)},
            crop);
    v.field({.name = "slice_minmax", .help = "rescale each slice to [0,1] before prediction"}, slice_minmax);
  }
};

}  // namespace tandem::evaluation
