#pragma once
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include <vector>

namespace tandem::equations {

/// The four terms of the standard loss, each a scalar. Notation: p = FTN(x~), x' = Di(E(x~)), p' = STN(p), y'
/// = STN(y).
struct StandardTerms {
  at::Tensor ce_p;      ///< L_seg(p, y)
  at::Tensor rec;       ///< L_rec(x', x)
  at::Tensor ce_stn_p;  ///< L_shp(p', y)
  at::Tensor ce_stn_y;  ///< L_shp(y', y)
  /// L_std, all weights 1. [chen2021] Eq. (1)
  at::Tensor total() const { return ce_p + rec + ce_stn_p + ce_stn_y; }
  std::vector<at::Tensor*> all() { return {&ce_p, &rec, &ce_stn_p, &ce_stn_y}; }
};

/// The terms of the hard-example loss, each a scalar. x^ = decoded masked image code, p_m = decoded
/// masked shape code; p^ = FTN(x^).
struct HardTerms {
  at::Tensor ce_p;       ///< L_seg(FTN(x^), y)
  at::Tensor rec;        ///< L_rec(Di(E(x^)), x)
  at::Tensor ce_stn_p;   ///< L_shp(STN(FTN(x^)), y)
  at::Tensor ce_stn_pm;  ///< L_shp(STN(p_m), y)
  at::Tensor ce_pm;  ///< L_seg(p_m, y): a reading of Eq. (5) that the official code does not share; else 0
  /// L_hard, all weights 1. [chen2021] Eq. (5); its third and fourth term are printed alike, the code tells
  /// them apart.
  at::Tensor total() const { return ce_p + rec + ce_stn_p + ce_stn_pm + ce_pm; }
  std::vector<at::Tensor*> all() { return {&ce_p, &rec, &ce_stn_p, &ce_stn_pm, &ce_pm}; }
};

/// The terms of a loss on augmented images x_b, each a scalar, with their factors.
struct ImageTerms {
  at::Tensor ce_p;         ///< L_seg(FTN(x_b), y)
  at::Tensor rec;          ///< L_rec(Di(E(x_b)), x)
  at::Tensor ce_stn_p;     ///< L_shp(STN(FTN(x_b)), y)
  at::Tensor consistency;  ///< divergence from the prediction on x, or of several predictions
  /// L_DA. [chen2021] names the methods only; the composition is that of the same authors' later code.
  at::Tensor total() const { return ce_p + rec + ce_stn_p + consistency; }
  ImageTerms scaled(double factor) const {
    return {factor * ce_p, factor * rec, factor * ce_stn_p, factor * consistency};
  }
};

}  // namespace tandem::equations
