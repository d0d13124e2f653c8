#include "equations/latent_masks.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/error.h"

namespace tandem::equations {

at::Tensor channel_scores(const at::Tensor& gradient) { return gradient.mean({2, 3}); }

at::Tensor spatial_scores(const at::Tensor& gradient) { return gradient.mean(1).flatten(1); }

std::int64_t threshold_rank(std::int64_t length, double q) {
  require(q >= 0 && q < 1, "mask threshold q = {} must be at least 0 and below 1", q);
  return std::int64_t(std::floor(double(length) * q));
}

at::Tensor threshold_ranks(std::int64_t length, const std::vector<double>& q) {
  std::vector<std::int64_t> ranks;
  for (const double fraction : q) ranks.push_back(threshold_rank(length, fraction));
  return at::tensor(ranks, at::kLong);
}

at::Tensor score_thresholds(const at::Tensor& scores, const at::Tensor& ranks) {
  const std::int64_t n = scores.size(0);
  require(ranks.defined() && (ranks.numel() == 1 || ranks.numel() == n), "{} thresholds for {} samples",
          ranks.defined() ? ranks.numel() : 0, n);
  const auto rank = ranks.expand({n}).unsqueeze(1);  // [N,1]
  return std::get<0>(scores.sort(/*stable=*/true, 1, /*descending=*/true)).gather(1, rank);
}

at::Tensor masked_set(const at::Tensor& scores, const at::Tensor& thresholds, bool strict) {
  return strict ? scores > thresholds : scores >= thresholds;
}

at::Tensor mask_values(const at::Tensor& set, const at::Tensor& soft_u, bool soft) {
  const auto inside = soft ? 0.5 * soft_u : at::zeros({1}, soft_u.options());
  return at::where(set, inside, at::ones({1}, soft_u.options()));
}

at::Tensor apply_channel_mask(const at::Tensor& code, const at::Tensor& mask) {
  return code * mask.unsqueeze(2).unsqueeze(3);
}

at::Tensor apply_spatial_mask(const at::Tensor& code, const at::Tensor& mask) {
  return code * mask.view({code.size(0), 1, code.size(2), code.size(3)});
}

double dropout_scale(double p) {
  require(p >= 0 && p < 1, "dropout rate p = {} must be at least 0 and below 1", p);
  return 1 / (1 - p);
}

at::Tensor channel_dropout(const at::Tensor& code, const at::Tensor& keep, const at::Tensor& scale) {
  return code * (scale.defined() ? scale * keep : keep).unsqueeze(2).unsqueeze(3);
}

}  // namespace tandem::equations
