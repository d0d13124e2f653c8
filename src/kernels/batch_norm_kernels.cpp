#include "kernels/batch_norm_kernels.h"

#include <omp.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/batch_norm_blocks.h"

namespace tandem::kernels {
namespace {

// A block's arrays stay in the second-level cache, and its sums are short enough to be accurate.
constexpr std::int64_t kBlockValues = 16384, kLeastBlockRows = 32;
// Below this a parallel region costs more than it gains.
constexpr std::int64_t kParallelValues = 32768;

template <class T>
BlockKernels<T> kernels_of([[maybe_unused]] SimdLevel level) {
#ifdef TANDEM_X86_LEVELS
  if (level == SimdLevel::Avx512) return avx512::block_kernels<T>();
  if (level == SimdLevel::Avx2) return avx2::block_kernels<T>();
#endif
  return portable::block_kernels<T>();
}

/// How an array [P,C] is cut: depends on its shape alone, never on threads.
class Blocks {
 public:
  Blocks(std::int64_t pixels, std::int64_t channels)
      : values_(pixels * channels),
        channels_(channels),
        row_(std::lcm(channels, kStrip)),
        block_(row_ * std::max(kBlockValues / row_, kLeastBlockRows)) {}

  std::int64_t row() const { return row_; }
  std::int64_t count() const { return (values_ + block_ - 1) / block_; }

  /// work(first value, block, number of the block) for all blocks, on several threads if that pays.
  template <class Work>
  void for_each(Work work) const {
    const std::int64_t blocks = count();
    const auto one = [&](std::int64_t b) {
      const std::int64_t first = b * block_;
      work(first, Block{std::min(block_, values_ - first), channels_, row_}, b);
    };
    if (values_ < kParallelValues || omp_get_max_threads() == 1) {
      for (std::int64_t b = 0; b < blocks; ++b) one(b);
      return;
    }
#pragma omp parallel for schedule(static)
    for (std::int64_t b = 0; b < blocks; ++b) one(b);
  }

  /// sums[2C] of all blocks; work(first value, block, sums[2,row] of this block).
  template <class Work>
  void sum(double* sums, Work work) const {
    const std::int64_t width = 2 * row_, blocks = count();
    std::vector<double> parts(size_t(std::max<std::int64_t>(blocks, 1) * width), 0.0);
    for_each([&](std::int64_t first, Block block, std::int64_t b) {
      work(first, block, &parts[size_t(b * width)]);
    });
    for (std::int64_t apart = 1; apart < blocks; apart *= 2)  // neighbours, then pairs, then fours ...
      for (std::int64_t b = 0; b + apart < blocks; b += 2 * apart)
        for (std::int64_t i = 0; i < width; ++i)
          parts[size_t(b * width + i)] += parts[size_t((b + apart) * width + i)];
    std::fill_n(sums, 2 * channels_, 0.0);
    for (std::int64_t i = 0; i < row_; ++i) {
      sums[i % channels_] += parts[size_t(i)];
      sums[channels_ + i % channels_] += parts[size_t(row_ + i)];
    }
  }

 private:
  std::int64_t values_, channels_, row_, block_;
};

/// Values over channels repeated to the length of a row.
template <class T, class Value>
std::vector<T> repeated(const Blocks& blocks, std::int64_t channels, Value value) {
  std::vector<T> out(size_t(blocks.row()));
  for (std::int64_t i = 0; i < blocks.row(); ++i) out[size_t(i)] = T(value(i % channels));
  return out;
}

/// What rounding the mean to T leaves out; it goes into the constant term, where it costs nothing.
template <class T>
double rounding_of(double mean) {
  return mean - double(T(mean));
}

template <class T>
const T* from(const T* values, std::int64_t first) {
  return values ? values + first : nullptr;
}
template <class T>
T* from(T* values, std::int64_t first) {
  return values ? values + first : nullptr;
}

}  // namespace

template <class T>
void channel_sums(const T* x, std::int64_t pixels, std::int64_t channels, double* sums, SimdLevel level) {
  const auto kernels = kernels_of<T>(level);
  Blocks(pixels, channels).sum(sums, [&](std::int64_t first, Block block, double* part) {
    kernels.channel_sums(x + first, block, part);
  });
}

template <class T>
void normalise(const T* x, const T* residual, const double* mean, const double* scale, const double* beta,
               Activation activation, std::int64_t pixels, std::int64_t channels, T* y, SimdLevel level) {
  const auto kernels = kernels_of<T>(level);
  const Blocks blocks(pixels, channels);
  const auto means = repeated<T>(blocks, channels, [&](std::int64_t c) { return mean[c]; });
  const auto scales = repeated<T>(blocks, channels, [&](std::int64_t c) { return scale[c]; });
  const auto shifts = repeated<T>(
      blocks, channels, [&](std::int64_t c) { return beta[c] - rounding_of<T>(mean[c]) * scale[c]; });
  const ForwardRow<T> row{means.data(), scales.data(), shifts.data()};
  blocks.for_each([&](std::int64_t first, Block block, std::int64_t) {
    kernels.normalise(x + first, from(residual, first), row, activation, block, y + first);
  });
}

template <class T>
void backward_sums(const T* dy, const T* y, const T* x, const double* mean, Activation activation,
                   std::int64_t pixels, std::int64_t channels, double* sums, T* residual_gradient,
                   SimdLevel level) {
  const auto kernels = kernels_of<T>(level);
  const Blocks blocks(pixels, channels);
  const auto means = repeated<double>(blocks, channels, [&](std::int64_t c) { return mean[c]; });
  blocks.sum(sums, [&](std::int64_t first, Block block, double* part) {
    kernels.backward_sums(dy + first, from(y, first), x + first, means.data(), activation, block, part,
                          from(residual_gradient, first));
  });
}

template <class T>
void backward_apply(const T* dy, const T* y, const T* x, const double* mean, const double* a, const double* b,
                    const double* c, Activation activation, std::int64_t pixels, std::int64_t channels, T* dx,
                    SimdLevel level) {
  const auto kernels = kernels_of<T>(level);
  const Blocks blocks(pixels, channels);
  const auto means = repeated<T>(blocks, channels, [&](std::int64_t i) { return mean[i]; });
  const auto as = repeated<T>(blocks, channels, [&](std::int64_t i) { return a[i]; });
  const auto bs = repeated<T>(blocks, channels, [&](std::int64_t i) { return b[i]; });
  const auto cs =
      repeated<T>(blocks, channels, [&](std::int64_t i) { return c[i] - b[i] * rounding_of<T>(mean[i]); });
  const BackwardRow<T> row{means.data(), as.data(), bs.data(), cs.data()};
  blocks.for_each([&](std::int64_t first, Block block, std::int64_t) {
    kernels.backward_apply(dy + first, from(y, first), x + first, row, activation, block, dx + first);
  });
}

#define TANDEM_INSTANTIATE(T)                                                                             \
  template void channel_sums(const T*, std::int64_t, std::int64_t, double*, SimdLevel);                   \
  template void normalise(const T*, const T*, const double*, const double*, const double*, Activation,    \
                          std::int64_t, std::int64_t, T*, SimdLevel);                                     \
  template void backward_sums(const T*, const T*, const T*, const double*, Activation, std::int64_t,      \
                              std::int64_t, double*, T*, SimdLevel);                                      \
  template void backward_apply(const T*, const T*, const T*, const double*, const double*, const double*, \
                               const double*, Activation, std::int64_t, std::int64_t, T*, SimdLevel);
TANDEM_INSTANTIATE(float)
TANDEM_INSTANTIATE(double)
#undef TANDEM_INSTANTIATE

}  // namespace tandem::kernels
