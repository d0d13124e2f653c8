#pragma once
#include <filesystem>

#include "base/array.h"
#include "experiment/train_run.h"

namespace tandem::experiment {

/// Which of the two predictions of a slice is written.
enum class PredictWith { FTN, FTN_STN };

/// Segments NIfTI short-axis stacks with a run's best weights. For each input `x.nii.gz` a mask
/// `x_seg.nii.gz` on the input's own grid (LV = 1, MYO = 2, RV = 3), and volumes in ml in volumes.csv.
/// @param input a file, or a folder whose .nii and .nii.gz files are taken in alphabetical order
/// All inputs are read before anything is written; existing outputs are refused without `force`.
void predict_run(const RunFolder& folder, const std::filesystem::path& input,
                 const std::filesystem::path& output, PredictWith with, bool force,
                 const std::vector<std::string>& overrides);

/// A preprocessed volume [D,H,W] of a scan -> label map on the scan's own grid.
Volume<std::uint8_t> segment_scan(model::Networks& net, const Volume<float>& scan,
                                  const std::array<double, 3>& spacing_mm, PredictWith with,
                                  const evaluation::EvaluationConfig& config,
                                  model::Formulation formulation = model::Formulation::Optimised);

}  // namespace tandem::experiment
