#pragma once
#include <cstdint>

#include "kernels/batch_norm_kernels.h"

/// The inner loops behind batch_norm_kernels.h: one block of pixels, one thread.
///
/// A row is the least number of whole pixels that fills whole strips of kStrip values: row = lcm(C, kStrip)
/// values. Vectors over channels come repeated to the length of a row, so that every loop runs over
/// neighbours in memory, whatever C is. Blocks start at row boundaries; the last row of the last block may be
/// incomplete.
namespace tandem::kernels {

inline constexpr std::int64_t kStrip = 16;

/// One block: `count` values of an array [P,C].
struct Block {
  std::int64_t count, channels, row;
};

/// act((x - mean) * scale + shift + residual); each [row].
template <class T>
struct ForwardRow {
  const T *mean, *scale, *shift;
};

/// a * g + b * (x - mean) + c; each [row].
template <class T>
struct BackwardRow {
  const T *mean, *a, *b, *c;
};

/// What g = dy * act'(y) is made of; without y its sign follows from x and the forward row.
template <class T>
struct Gradients {
  const T *dy, *y, *x;
  ForwardRow<T> forward;
};

/// The loops of one level; parameters as in batch_norm_kernels.h, but sums [2,row]: not yet folded into
/// channels.
template <class T>
struct BlockKernels {
  void (*channel_sums)(const T* x, Block block, double* sums);
  void (*normalise)(const T* x, const T* residual, ForwardRow<T> row, Activation activation, Block block,
                    T* y);
  void (*backward_sums)(Gradients<T> from, const double* mean_row, Activation activation, Block block,
                        double* sums, T* residual_gradient);
  void (*backward_apply)(Gradients<T> from, BackwardRow<T> row, Activation activation, Block block, T* dx);
};

// clang-format off
namespace portable { template <class T> BlockKernels<T> block_kernels(); }
namespace avx2 { template <class T> BlockKernels<T> block_kernels(); }
namespace avx512 { template <class T> BlockKernels<T> block_kernels(); }
// clang-format on

}  // namespace tandem::kernels
