#include "kernels/weight_gradient.h"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "kernels/weight_gradient_blocks.h"

namespace tandem::kernels {
namespace {

// Pixels of a panel: with their taps they stay in the first-level cache.
constexpr std::int64_t kPanelPixels = 48;
// Below so many multiply-adds a parallel region costs more than it gains.
constexpr std::int64_t kParallelProducts = 1 << 20;
constexpr std::int64_t kCacheLine = 64 / sizeof(float);

AddProducts add_products_of([[maybe_unused]] SimdLevel level) {
#ifdef TANDEM_X86_LEVELS
  if (level == SimdLevel::Avx512) return avx512::add_products();
  if (level == SimdLevel::Avx2) return avx2::add_products();
#endif
  return portable::add_products();
}

/// Values at the start of a cache line: vectors across two lines take twice as long to load.
class AlignedFloats {
 public:
  explicit AlignedFloats(std::int64_t count) : values_(size_t(count + kCacheLine)) {}
  float* data() {
    const auto misplaced = reinterpret_cast<std::uintptr_t>(values_.data()) / sizeof(float) % kCacheLine;
    return values_.data() + (kCacheLine - std::int64_t(misplaced)) % kCacheLine;
  }

 private:
  std::vector<float> values_;
};

/// The image a is cut into panels of neighbours: pieces of a row, or a few short rows.
class Panels {
 public:
  explicit Panels(const TapGeometry& g)
      : g_(g),
        pixels_(std::min(g.w, kPanelPixels)),
        rows_(std::max<std::int64_t>(1, kPanelPixels / g.w)),
        across_((g.w + pixels_ - 1) / pixels_),
        down_((g.h + rows_ - 1) / rows_) {}

  std::int64_t count() const { return g_.n * down_ * across_; }
  /// Values of b that one panel reads for one row of taps.
  std::int64_t taken() const { return rows_ * row_of_taps(pixels_); }

  /// The panel's pixels and, gathered in `space`, what they read of b for row i of the taps.
  PixelPanel panel(const float* a, const float* b, std::int64_t number, std::int64_t i, float* space) const {
    const std::int64_t n = number / (down_ * across_), row = number / across_ % down_ * rows_,
                       column = number % across_ * pixels_;
    PixelPanel p{};
    p.pixels = std::min(pixels_, g_.w - column), p.rows = std::min(rows_, g_.h - row);
    p.a = a + ((n * g_.h + row) * g_.w + column) * g_.m;
    p.a_pixel = g_.m, p.a_row = g_.w * g_.m;
    p.b = space, p.b_pixel = g_.stride * g_.c, p.b_row = row_of_taps(p.pixels);
    for (std::int64_t r = 0; r < p.rows; ++r)
      gather(b, n, (row + r) * g_.stride + i - g_.padding, column * g_.stride - g_.padding, p.b_row / g_.c,
             space + r * p.b_row);
    return p;
  }

 private:
  std::int64_t row_of_taps(std::int64_t pixels) const {
    return ((pixels - 1) * g_.stride + g_.kernel) * g_.c;
  }

  /// `count` neighbours of a row of b from a column on; zeros outside the image.
  void gather(const float* b, std::int64_t n, std::int64_t row, std::int64_t column, std::int64_t count,
              float* to) const {
    const bool outside = row < 0 || row >= g_.b_h;
    const auto before = outside ? count : std::clamp<std::int64_t>(-column, 0, count);
    const auto inside = std::clamp<std::int64_t>(g_.b_w - (column + before), 0, count - before);
    std::fill_n(to, before * g_.c, 0.0F);
    if (inside > 0)
      std::memcpy(to + before * g_.c, b + ((n * g_.b_h + row) * g_.b_w + column + before) * g_.c,
                  size_t(inside * g_.c) * sizeof(float));
    std::fill_n(to + (before + inside) * g_.c, (count - before - inside) * g_.c, 0.0F);
  }

  TapGeometry g_;
  std::int64_t pixels_, rows_, across_, down_;
};

}  // namespace

bool has_weight_gradient(std::int64_t channels, SimdLevel level) {
  return level != SimdLevel::Portable && channels % kTapPiece == 0;
}

void weight_gradient(const float* a, const float* b, const TapGeometry& geometry, float* g, SimdLevel level) {
  require(geometry.c % kTapPiece == 0,
          "the kernel of weight gradients needs channels in multiples of {}, not {}", kTapPiece, geometry.c);
  const auto add = add_products_of(level);
  const Panels panels(geometry);
  const std::int64_t taps = geometry.kernel * geometry.c, row = geometry.kernel * taps,
                     values = geometry.m * row;
  // Few parts where each is large: they are all cleared and added up.
  const auto parts = std::clamp<std::int64_t>((1 << 19) / values, 4, 16);
  AlignedFloats sums(parts * values);
  float* const sum = sums.data();
  const auto one = [&](std::int64_t part, std::int64_t i, float* space) {
    const auto first = panels.count() * part / parts, last = panels.count() * (part + 1) / parts;
    for (auto number = first; number < last; ++number)
      add(panels.panel(a, b, number, i, space), geometry.m, taps, sum + part * values + i * taps, row);
  };
#pragma omp parallel if (panels.count() * kPanelPixels * values > kParallelProducts)
  {
    AlignedFloats space(panels.taken());
#pragma omp for collapse(2) schedule(static)
    for (std::int64_t part = 0; part < parts; ++part)
      for (std::int64_t i = 0; i < geometry.kernel; ++i) one(part, i, space.data());
  }
  for (std::int64_t apart = 1; apart < parts; apart *= 2)  // neighbours, then pairs, then fours ...
    for (std::int64_t part = 0; part + apart < parts; part += 2 * apart)
      for (std::int64_t k = 0; k < values; ++k) sum[part * values + k] += sum[(part + apart) * values + k];
  std::copy_n(sum, values, g);
}

}  // namespace tandem::kernels
