#include "model/upsampling.h"

#include <ATen/ATen.h>

namespace tandem::model {
namespace {

/// One axis. Of three neighbours of a doubled image two are the same small pixel: pixel 2i reads small pixels
/// i-1, i, i with the weights w0, w1, w2; pixel 2i+1 reads i, i, i+1. A transposed convolution with stride 2
/// and padding 1 has pixel 2i read i by its weight 1 and i-1 by 3, pixel 2i+1 read i by 2 and i+1 by 0.
at::Tensor merged_along(const at::Tensor& w, std::int64_t axis) {
  const auto w0 = w.select(axis, 0), w1 = w.select(axis, 1), w2 = w.select(axis, 2);
  return at::stack({w2, w1 + w2, w0 + w1, w0}, axis);
}

}  // namespace

at::Tensor doubled(const at::Tensor& x) { return at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}); }

at::Tensor merged_with_doubling(const at::Tensor& weight) {
  return merged_along(merged_along(weight, -1), -2).transpose(-3, -4);
}

}  // namespace tandem::model
