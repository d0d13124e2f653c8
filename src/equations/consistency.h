#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace tandem::equations {

/// KL(p || q), summed over classes, one mean over batch and pixels: what virtual adversarial training ascends
/// and then descends. [miyato2019]; p = softmax(reference), q = softmax(logits).
/// @param reference, logits [N,K,H,W]; no gradient reaches the reference
/// @param samples of the whole batch, if these rows are a part of it: then the parts' results add up to the
/// mean
at::Tensor kl_divergence(const at::Tensor& reference, const at::Tensor& logits, std::int64_t samples);

/// Contour difference of the foreground: half the mean square of both Sobel derivatives of q - p, averaged
/// over the classes but the first. From the code of [chen2020], weight 0.5 there. Parameters as
/// above.
at::Tensor contour_divergence(const at::Tensor& reference, const at::Tensor& logits, std::int64_t samples);

/// Squared difference of probabilities, summed over classes, mean over batch and pixels. Parameters as above.
at::Tensor probability_difference(const at::Tensor& reference, const at::Tensor& logits,
                                  std::int64_t samples);

/// KL(p_k || mean of all p) for each of several predictions; [xu2021]. The mean is clamped to
/// [1e-8, 1] before its logarithm; gradients flow through p_k and the mean.
/// @param logits several [N,K,H,W]; @return one value per prediction: [their number]
at::Tensor divergences_from_mean(const std::vector<at::Tensor>& logits, std::int64_t samples);

}  // namespace tandem::equations
