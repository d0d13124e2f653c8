#pragma once
#include <cstdint>

#include "kernels/simd_level.h"

namespace tandem::kernels {

/// Geometry of a square convolution, seen from its smaller image [N,H,W,M]; the other is [N,BH,BW,C].
struct TapGeometry {
  std::int64_t n, h, w, m;
  std::int64_t b_h, b_w, c;
  std::int64_t kernel, stride, padding;
};

/// Whether the level has a kernel that is worth its call. @param channels of the larger image, C
bool has_weight_gradient(std::int64_t channels, SimdLevel level = best_simd_level());

/// g[m,i,j,c] = sum over n, h, w of a[n,h,w,m] b[n, h stride + i - padding, w stride + j - padding, c], where
/// b is 0 outside its image. That is the gradient of a convolution's weights (a: gradient of its result, b:
/// what it read), and of a transposed one's (a: what it read, b: gradient of its result).
///
/// The sum is cut by the shape alone, so that its bits do not depend on the number of threads.
/// @param a [N,H,W,M], b [N,BH,BW,C] with C a multiple of 16; @param g [M,kernel,kernel,C]
void weight_gradient(const float* a, const float* b, const TapGeometry& geometry, float* g,
                     SimdLevel level = best_simd_level());

}  // namespace tandem::kernels
