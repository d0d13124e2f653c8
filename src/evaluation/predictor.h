#pragma once
#include <cstdint>

#include "base/array.h"
#include "evaluation/evaluation_config.h"
#include "model/networks.h"

namespace tandem::evaluation {

/// Label maps of one volume by both networks, [D,crop,crop].
struct Prediction {
  Volume<std::uint8_t> ftn, ftn_stn;
};

/// Segments batches of images x [N,1,H,W]: argmax of FTN(x), and of STN(FTN(x)) if asked for (one STN pass).
/// @return [N,H,W] int64 each; the second is undefined without the STN
std::pair<at::Tensor, at::Tensor> segment(model::Networks& net, const at::Tensor& x, bool with_stn = true,
                                          model::Formulation formulation = model::Formulation::Optimised);

/// What is done to a cropped volume before prediction: nothing, or min-max per slice if the settings say so.
Volume<float> prepare(Volume<float> cropped, const EvaluationConfig& config);

/// Segments a cropped volume [D,crop,crop] slice by slice, both networks in one pass, in chunks of 10 slices.
Prediction predict_volume(model::Networks& net, const Volume<float>& cropped,
                          model::Formulation formulation = model::Formulation::Optimised);

}  // namespace tandem::evaluation
