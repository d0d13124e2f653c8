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

/// The four terms of the hard-example loss, each a scalar. x^ = decoded masked image code, p_m = decoded
/// masked shape code; p^ = FTN(x^).
struct HardTerms {
  at::Tensor ce_p;       ///< L_seg(FTN(x^), y)
  at::Tensor rec;        ///< L_rec(Di(E(x^)), x)
  at::Tensor ce_stn_p;   ///< L_shp(STN(FTN(x^)), y)
  at::Tensor ce_stn_pm;  ///< L_shp(STN(p_m), y)
  /// L_hard, all weights 1. [chen2021] Eq. (5); its third and fourth term are printed alike, the code tells
  /// them apart.
  at::Tensor total() const { return ce_p + rec + ce_stn_p + ce_stn_pm; }
  std::vector<at::Tensor*> all() { return {&ce_p, &rec, &ce_stn_p, &ce_stn_pm}; }
};

}  // namespace tandem::equations
