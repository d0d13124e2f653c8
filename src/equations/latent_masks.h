#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace tandem::equations {

/// Scores of the channel-wise targeted mask: mean of the code gradient over the positions. [chen2021] Eq.
/// (3).
/// @param gradient [N,C,h,w]; @return [N,C]
at::Tensor channel_scores(const at::Tensor& gradient);

/// Scores of the spatial-wise targeted mask: mean of the code gradient over the channels. [chen2021] Eq. (4).
/// @param gradient [N,C,h,w]; @return [N,h*w]
at::Tensor spatial_scores(const at::Tensor& gradient);

/// Rank of the threshold: j = floor(L q), so that j of L entries are masked. Fails unless 0 <= q < 1.
std::int64_t threshold_rank(std::int64_t length, double q);

/// The ranks j of several fractions, int64, as many as there are fractions.
at::Tensor threshold_ranks(std::int64_t length, const std::vector<double>& q);

/// Each sample's threshold: the entry of rank j in descending order. [chen2021] Eq. (3), (4).
/// @param scores [N,L]; @param ranks int64, one for all samples, or N of them; @return [N,1]
at::Tensor score_thresholds(const at::Tensor& scores, const at::Tensor& ranks);

/// The masked set: entries above their sample's threshold. strict: ">" as in the official code (exactly j
/// entries without ties); else ">=" as printed in [chen2021] Eq. (3), (4) (one more).
/// @param scores [N,L]; @param thresholds [N,1]; @return bool [N,L]
at::Tensor masked_set(const at::Tensor& scores, const at::Tensor& thresholds, bool strict);

/// The mask: 1 outside the set; inside a value of the annealing factor a in [0, 0.5) if soft, 0 if hard.
/// @param set bool [N,L]; @param soft_u U[0,1) of a shape that broadcasts to [N,L]; a = 0.5 u; @return [N,L]
at::Tensor mask_values(const at::Tensor& set, const at::Tensor& soft_u, bool soft);

/// code * mask for a mask over channels [N,C]. @param code [N,C,h,w]
at::Tensor apply_channel_mask(const at::Tensor& code, const at::Tensor& mask);

/// code * mask for a mask over positions [N,h*w]. @param code [N,C,h,w]
at::Tensor apply_spatial_mask(const at::Tensor& code, const at::Tensor& mask);

/// What kept channels are multiplied by: 1/(1-p), as in the official code; [chen2021] Eq. (2) prints no
/// factor. Fails unless 0 <= p < 1.
double dropout_scale(double p);

/// G_dp, channel dropout: dropped channels 0, kept ones times a factor. [chen2021] Eq. (2)
/// @param code [N,C,h,w]; @param keep [N,C], 1 = kept; @param scale of one element; undefined: none
at::Tensor channel_dropout(const at::Tensor& code, const at::Tensor& keep, const at::Tensor& scale);

}  // namespace tandem::equations
