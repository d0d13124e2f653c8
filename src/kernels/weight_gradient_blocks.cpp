#include "kernels/weight_gradient_blocks.h"

// Compiled once per level into a namespace of its own. Nothing here may call inline functions of other
// headers (see CMakeLists.txt).
namespace tandem::kernels::TANDEM_SIMD_LEVEL {
namespace {

#if defined(__AVX512F__)
constexpr int kWidth = 16;
#elif defined(__AVX2__)
constexpr int kWidth = 8;
#else
constexpr int kWidth = 4;
#endif
typedef float Vector __attribute__((vector_size(4 * kWidth), aligned(4), may_alias));

/// One tile of the result stays in registers: kVectors vectors of taps for each of kRows values of a. Enough
/// sums run side by side to hide the latency of multiply-adds, and each loaded value enters several of them.
template <int kVectors, int kRows>
inline void add_tile(const PixelPanel& p, float* __restrict g, std::int64_t stride) {
  Vector sums[kRows][kVectors] = {};
  for (std::int64_t r = 0; r < p.rows; ++r) {
    const float* __restrict a = p.a + r * p.a_row;
    const float* __restrict b = p.b + r * p.b_row;
    for (std::int64_t i = 0; i < p.pixels; ++i, a += p.a_pixel, b += p.b_pixel) {
      Vector values[kRows];
#pragma GCC unroll 16
      for (int m = 0; m < kRows; ++m) values[m] = a[m] - Vector{};  // in every place
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) {
        Vector taps = *reinterpret_cast<const Vector*>(b + v * kWidth);
        asm("" : "+v"(taps));  // loaded once, not again by each multiply-add
#pragma GCC unroll 16
        for (int m = 0; m < kRows; ++m) sums[m][v] += values[m] * taps;
      }
    }
  }
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m)
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) *reinterpret_cast<Vector*>(g + m * stride + v * kWidth) += sums[m][v];
}

/// All values of a, for kTaps taps.
template <int kTaps, int kRows>
inline void add_taps(PixelPanel p, std::int64_t m_count, float* g, std::int64_t stride) {
  std::int64_t m = 0;
  for (; m + kRows <= m_count; m += kRows, p.a += kRows)
    add_tile<kTaps / kWidth, kRows>(p, g + m * stride, stride);
  for (; m < m_count; ++m, ++p.a) add_tile<kTaps / kWidth, 1>(p, g + m * stride, stride);
}

void add(const PixelPanel& panel, std::int64_t m_count, std::int64_t t_count, float* g, std::int64_t stride) {
  // Rows that fill the registers beside 48, 32 and 16 taps.
  constexpr int kRows48 = kWidth == 16 ? 4 : kWidth == 8 ? 2 : 1;
  constexpr int kRows32 = kWidth == 16 ? 4 : kWidth == 8 ? 2 : 1;
  constexpr int kRows16 = kWidth == 16 ? 8 : kWidth == 8 ? 4 : 2;
  auto p = panel;
  std::int64_t t = 0;
  for (; t + 48 <= t_count; t += 48, p.b += 48) add_taps<48, kRows48>(p, m_count, g + t, stride);
  for (; t + 32 <= t_count; t += 32, p.b += 32) add_taps<32, kRows32>(p, m_count, g + t, stride);
  for (; t < t_count; t += 16, p.b += 16) add_taps<16, kRows16>(p, m_count, g + t, stride);
}

}  // namespace

AddProducts add_products() { return add; }

}  // namespace tandem::kernels::TANDEM_SIMD_LEVEL
