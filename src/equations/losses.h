#pragma once
#include <ATen/core/Tensor.h>

namespace tandem::equations {

/// L_seg and L_shp: pixel-wise cross entropy, one mean over batch and pixels, no class weights. [chen2021]
/// Eq. (1), (5).
/// @param logits [N,K,H,W]
/// @param labels [N,H,W], int64 class codes, background included
/// @param samples of the whole batch, if these rows are a part of it: then the parts' results add up to the
/// mean
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& labels, std::int64_t samples);

/// Mean squared error over all elements of the batch; parts add up as above.
/// @param a, b [N,C,H,W]
at::Tensor mean_squared_error(const at::Tensor& a, const at::Tensor& b, std::int64_t samples);

/// L_rec: weight * mean squared error. [chen2021] Eq. (1), (5); the official code uses weight 0.5 where the
/// paper prints none.
/// @param reconstruction, image [N,1,H,W]
at::Tensor reconstruction_loss(const at::Tensor& reconstruction, const at::Tensor& image, double weight,
                               std::int64_t samples);

/// The input of standard training: x~ = x + sigma n, clamped to [0,1] if asked. Not in [chen2021]; in its
/// code.
/// @param image, noise [N,1,H,W]; noise is standard normal
at::Tensor noisy_input(const at::Tensor& image, const at::Tensor& noise, double sigma, bool clamp);

/// Entropy map of a prediction, -sum_k p log2(p + 1e-7) with p = softmax(logits / temperature). [chen2021]
/// Supp. Fig. 4.
/// @param logits [N,K,H,W]; @return [N,H,W], in bits
at::Tensor entropy_map(const at::Tensor& logits, double temperature);

}  // namespace tandem::equations
