#pragma once
#include <cstdint>

/// The inner loops behind weight_gradient.h: products of one panel of pixels, one thread.
namespace tandem::kernels {

/// Vectors of taps come in pieces of so many values.
inline constexpr std::int64_t kTapPiece = 16;

/// Pixels in rows of a regular grid: a[m], m < M, and its taps b[t], t < T, lie this far apart.
struct PixelPanel {
  const float* a;
  std::int64_t a_pixel, a_row;
  const float* b;
  std::int64_t b_pixel, b_row;
  std::int64_t pixels, rows;
};

/// g[m * stride + t] += sum over the panel's pixels of a[m] b[t]; T a multiple of kTapPiece.
using AddProducts = void (*)(const PixelPanel& panel, std::int64_t m_count, std::int64_t t_count, float* g,
                             std::int64_t stride);

// clang-format off
namespace portable { AddProducts add_products(); }
namespace avx2 { AddProducts add_products(); }
namespace avx512 { AddProducts add_products(); }
// clang-format on

}  // namespace tandem::kernels
