#include "kernels/batch_norm_kernels.h"

#include <omp.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "base/error.h"
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

  std::int64_t channels() const { return channels_; }
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
std::vector<T> repeated(const Blocks& blocks, Value value) {
  std::vector<T> out(size_t(blocks.row()));
  for (std::int64_t i = 0; i < blocks.row(); ++i) out[size_t(i)] = T(value(i % blocks.channels()));
  return out;
}
template <class T>
std::vector<T> repeated(const Blocks& blocks, const double* values) {
  return repeated<T>(blocks, [values](std::int64_t c) { return values[c]; });
}

/// `constant` with what rounding the mean to T leaves out of factor * (x - mean), where it costs nothing.
template <class T>
std::vector<T> constant_row(const Blocks& blocks, const double* constant, const double* factor,
                            const double* mean) {
  return repeated<T>(
      blocks, [=](std::int64_t c) { return constant[c] - factor[c] * (mean[c] - double(T(mean[c]))); });
}

/// The vectors of normalise() in the length of a row.
template <class T>
struct ForwardVectors {
  ForwardVectors(const Blocks& blocks, const double* mean_, const double* scale_, const double* beta)
      : mean(repeated<T>(blocks, mean_)),
        scale(repeated<T>(blocks, scale_)),
        shift(constant_row<T>(blocks, beta, scale_, mean_)) {}
  ForwardRow<T> row() const { return {mean.data(), scale.data(), shift.data()}; }

  std::vector<T> mean, scale, shift;
};

/// Where the backward kernels take the sign of y from.
template <class T>
class SignSource {
 public:
  SignSource(const Blocks& blocks, Activation activation, const T* y, const double* mean,
             ForwardScale forward) {
    if (activation == Activation::None) return;
    if (forward.scale && forward.beta)
      vectors_.emplace(blocks, mean, forward.scale, forward.beta);
    else if (!(y_ = y) && blocks.count() > 0)
      fail_system("BatchNorm kernel: an activation's gradient needs y, or scale and beta; neither was given");
  }
  Gradients<T> at(std::int64_t first, const T* dy, const T* x) const {
    return {dy + first, y_ ? y_ + first : nullptr, x + first, vectors_ ? vectors_->row() : ForwardRow<T>{}};
  }

 private:
  const T* y_ = nullptr;
  std::optional<ForwardVectors<T>> vectors_;
};

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
  const ForwardVectors<T> vectors(blocks, mean, scale, beta);
  blocks.for_each([&](std::int64_t first, Block block, std::int64_t) {
    kernels.normalise(x + first, residual ? residual + first : nullptr, vectors.row(), activation, block,
                      y + first);
  });
}

template <class T>
void backward_sums(const T* dy, const T* y, const T* x, const double* mean, Activation activation,
                   std::int64_t pixels, std::int64_t channels, double* sums, T* residual_gradient,
                   ForwardScale forward, SimdLevel level) {
  const auto kernels = kernels_of<T>(level);
  const Blocks blocks(pixels, channels);
  const SignSource<T> sign(blocks, activation, y, mean, forward);
  const auto means = repeated<double>(blocks, mean);
  blocks.sum(sums, [&](std::int64_t first, Block block, double* part) {
    kernels.backward_sums(sign.at(first, dy, x), means.data(), activation, block, part,
                          residual_gradient ? residual_gradient + first : nullptr);
  });
}

template <class T>
void backward_apply(const T* dy, const T* y, const T* x, const double* mean, const double* a, const double* b,
                    const double* c, Activation activation, std::int64_t pixels, std::int64_t channels, T* dx,
                    ForwardScale forward, SimdLevel level) {
  const auto kernels = kernels_of<T>(level);
  const Blocks blocks(pixels, channels);
  const SignSource<T> sign(blocks, activation, y, mean, forward);
  const auto means = repeated<T>(blocks, mean), as = repeated<T>(blocks, a), bs = repeated<T>(blocks, b),
             cs = constant_row<T>(blocks, c, b, mean);
  const BackwardRow<T> row{means.data(), as.data(), bs.data(), cs.data()};
  blocks.for_each([&](std::int64_t first, Block block, std::int64_t) {
    kernels.backward_apply(sign.at(first, dy, x), row, activation, block, dx + first);
  });
}

#define TANDEM_INSTANTIATE(T)                                                                             \
  template void channel_sums(const T*, std::int64_t, std::int64_t, double*, SimdLevel);                   \
  template void normalise(const T*, const T*, const double*, const double*, const double*, Activation,    \
                          std::int64_t, std::int64_t, T*, SimdLevel);                                     \
  template void backward_sums(const T*, const T*, const T*, const double*, Activation, std::int64_t,      \
                              std::int64_t, double*, T*, ForwardScale, SimdLevel);                        \
  template void backward_apply(const T*, const T*, const T*, const double*, const double*, const double*, \
                               const double*, Activation, std::int64_t, std::int64_t, T*, ForwardScale,   \
                               SimdLevel);
TANDEM_INSTANTIATE(float)
TANDEM_INSTANTIATE(double)
#undef TANDEM_INSTANTIATE

}  // namespace tandem::kernels
