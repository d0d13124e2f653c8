#include "equations/consistency.h"

#include <ATen/ATen.h>

namespace tandem::equations {
namespace {

double pixels_of(const at::Tensor& logits, std::int64_t samples) {
  return double(samples * logits.size(2) * logits.size(3));
}

at::Tensor probabilities(const at::Tensor& logits) { return at::softmax(logits, 1); }

/// (1, 2, 1) along one axis of a map padded by one pixel; the axis gets two shorter.
at::Tensor smoothed(const at::Tensor& padded, std::int64_t axis) {
  const auto n = padded.size(axis) - 2;
  return padded.narrow(axis, 0, n) + 2 * padded.narrow(axis, 1, n) + padded.narrow(axis, 2, n);
}

/// (1, 0, -1) likewise.
at::Tensor difference(const at::Tensor& padded, std::int64_t axis) {
  const auto n = padded.size(axis) - 2;
  return padded.narrow(axis, 0, n) - padded.narrow(axis, 2, n);
}

}  // namespace

at::Tensor kl_divergence(const at::Tensor& reference, const at::Tensor& logits, std::int64_t samples) {
  const auto log_p = at::log_softmax(reference.detach(), 1), log_q = at::log_softmax(logits, 1);
  return (log_p.exp() * (log_p - log_q)).sum() / pixels_of(logits, samples);
}

at::Tensor contour_divergence(const at::Tensor& reference, const at::Tensor& logits, std::int64_t samples) {
  const auto foreground = logits.size(1) - 1;
  const auto e = (probabilities(logits) - probabilities(reference.detach())).narrow(1, 1, foreground);
  const auto padded = at::constant_pad_nd(e, {1, 1, 1, 1});
  const auto across = difference(smoothed(padded, 2), 3), down = difference(smoothed(padded, 3), 2);
  return 0.5 * (across.square().sum() + down.square().sum()) /
         (double(foreground) * pixels_of(logits, samples));
}

at::Tensor probability_difference(const at::Tensor& reference, const at::Tensor& logits,
                                  std::int64_t samples) {
  return (probabilities(logits) - probabilities(reference.detach())).square().sum() /
         pixels_of(logits, samples);
}

at::Tensor divergences_from_mean(const std::vector<at::Tensor>& logits, std::int64_t samples) {
  std::vector<at::Tensor> log_p, divergences;
  at::Tensor sum;
  for (const auto& l : logits) {
    log_p.push_back(at::log_softmax(l, 1));
    const auto p = log_p.back().exp();
    sum = sum.defined() ? sum + p : p;
  }
  const auto log_mean = (sum / double(logits.size())).clamp(1e-8, 1).log();
  for (const auto& l : log_p) divergences.push_back((l.exp() * (l - log_mean)).sum() / pixels_of(l, samples));
  return at::stack(divergences);
}

}  // namespace tandem::equations
