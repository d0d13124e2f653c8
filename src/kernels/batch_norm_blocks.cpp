#include "kernels/batch_norm_blocks.h"

// Compiled once per level into a namespace of its own. Loops are plain; the compiler makes vectors of them.
// Nothing here may call inline functions of other headers (see CMakeLists.txt).
namespace tandem::kernels::TANDEM_SIMD_LEVEL {
namespace {

template <Activation A, class T>
inline T activate(T v) {
  if constexpr (A == Activation::ReLU) return v < 0 ? T(0) : v;
  if constexpr (A == Activation::LeakyReLU) return v < 0 ? v * T(kLeakySlope) : v;
  return v;
}

/// dy * act'(y), from any value of the sign of y.
template <Activation A, class T>
inline T gradient(T dy, T y) {
  if constexpr (A == Activation::ReLU) return y > 0 ? dy : T(0);
  if constexpr (A == Activation::LeakyReLU) return dy * (y > 0 ? T(1) : T(kLeakySlope));
  return dy;
}

template <class T>
inline T affine(T x, T mean, T scale, T shift) {
  return (x - mean) * scale + shift;
}

/// g of one value; y is read, or its sign made anew from x (kFromX).
template <Activation A, bool kFromX, class T>
struct Gradient {
  const T* __restrict dy, * __restrict y, * __restrict x, * __restrict mean, * __restrict scale, * __restrict shift;

  T operator()(std::int64_t at, std::int64_t i) const {
    if constexpr (A == Activation::None) return dy[at];
    if constexpr (kFromX) return gradient<A>(dy[at], affine(x[at], mean[i], scale[i], shift[i]));
    return gradient<A>(dy[at], y[at]);
  }
};

/// Adds to first[row], second[row] what add(value index, index in the row, first, second) does for kRows
/// whole rows.
template <int kRows, class Add>
inline void sum_rows(std::int64_t at, std::int64_t row, double* __restrict first, double* __restrict second,
                     Add add) {
#pragma omp simd
  for (std::int64_t i = 0; i < row; ++i) {
    double sum1 = first[i], sum2 = second[i];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) add(at + r * row + i, i, sum1, sum2);
    first[i] = sum1;
    second[i] = sum2;
  }
}

/// Sums of a block, kRows rows at a time: fewer ways of the sums to and from memory, but more places read at
/// once.
template <int kRows, class Add>
inline void sum_block(Block block, double* sums, Add add) {
  double *first = sums, *second = sums + block.row;
  for (std::int64_t i = 0; i < 2 * block.row; ++i) sums[i] = 0;
  std::int64_t at = 0;
  for (; at + kRows * block.row <= block.count; at += kRows * block.row)
    sum_rows<kRows>(at, block.row, first, second, add);
  for (; at + block.row <= block.count; at += block.row) sum_rows<1>(at, block.row, first, second, add);
  for (std::int64_t i = 0; at + i < block.count; ++i) add(at + i, i, first[i], second[i]);
}

/// apply(value index, index in the row) for all values of a block.
template <class Apply>
inline void for_each_value(Block block, Apply apply) {
  const std::int64_t whole = block.count - block.count % block.row;
  for (std::int64_t at = 0; at < whole; at += block.row) {
#pragma omp simd
    for (std::int64_t i = 0; i < block.row; ++i) apply(at + i, i);
  }
  for (std::int64_t i = 0; i < block.count - whole; ++i) apply(whole + i, i);
}

template <class T>
void channel_sums(const T* x, Block block, double* sums) {
  sum_block<4>(block, sums, [=](std::int64_t at, std::int64_t, double& sum, double& squares) {
    const double v = double(x[at]);
    sum += v;
    squares += v * v;
  });
}

template <Activation A, class T>
void normalise_as(const T* __restrict x, const T* __restrict residual, ForwardRow<T> row, Block block,
                  T* __restrict y) {
  const T* __restrict mean = row.mean;
  const T* __restrict scale = row.scale;
  const T* __restrict shift = row.shift;
  if (residual)
    for_each_value(block, [=](std::int64_t at, std::int64_t i) {
      y[at] = activate<A>(affine(x[at], mean[i], scale[i], shift[i]) + residual[at]);
    });
  else
    for_each_value(block, [=](std::int64_t at, std::int64_t i) {
      y[at] = activate<A>(affine(x[at], mean[i], scale[i], shift[i]));
    });
}

template <Activation A, bool kFromX, class T>
void backward_sums_as(Gradients<T> from, const double* __restrict mean, Block block, double* sums,
                      T* __restrict residual_gradient) {
  const T* __restrict x = from.x;
  const Gradient<A, kFromX, T> g{from.dy,           from.y, x, from.forward.mean, from.forward.scale,
                                 from.forward.shift};
  const auto add = [=](std::int64_t at, std::int64_t i, T value, double& sum, double& products) {
    sum += double(value);
    products += double(value) * (double(x[at]) - mean[i]);
  };
  if (residual_gradient)
    sum_block<2>(block, sums, [=](std::int64_t at, std::int64_t i, double& sum, double& products) {
      const T value = g(at, i);
      residual_gradient[at] = value;
      add(at, i, value, sum, products);
    });
  else
    sum_block<2>(block, sums, [=](std::int64_t at, std::int64_t i, double& sum, double& products) {
      add(at, i, g(at, i), sum, products);
    });
}

template <Activation A, bool kFromX, class T>
void backward_apply_as(Gradients<T> from, BackwardRow<T> row, Block block, T* __restrict dx) {
  const T* __restrict x = from.x;
  const T* __restrict mean = row.mean;
  const T* __restrict a = row.a;
  const T* __restrict b = row.b;
  const T* __restrict c = row.c;
  const Gradient<A, kFromX, T> g{from.dy, from.y, x, mean, from.forward.scale, from.forward.shift};
  for_each_value(block, [=](std::int64_t at, std::int64_t i) {
    dx[at] = a[i] * g(at, i) + (b[i] * (x[at] - mean[i]) + c[i]);
  });
}

/// Calls use.template operator()<A>() with the activation as a constant.
template <class Use>
inline void with_activation(Activation activation, Use use) {
  switch (activation) {
    case Activation::None:
      return use.template operator()<Activation::None>();
    case Activation::ReLU:
      return use.template operator()<Activation::ReLU>();
    case Activation::LeakyReLU:
      return use.template operator()<Activation::LeakyReLU>();
  }
}

template <class T>
void normalise(const T* x, const T* residual, ForwardRow<T> row, Activation activation, Block block, T* y) {
  with_activation(activation, [=]<Activation A>() { normalise_as<A>(x, residual, row, block, y); });
}

template <class T>
void backward_sums(Gradients<T> from, const double* mean_row, Activation activation, Block block,
                   double* sums, T* residual_gradient) {
  with_activation(activation, [=]<Activation A>() {
    if (from.y)
      backward_sums_as<A, false>(from, mean_row, block, sums, residual_gradient);
    else
      backward_sums_as<A, true>(from, mean_row, block, sums, residual_gradient);
  });
}

template <class T>
void backward_apply(Gradients<T> from, BackwardRow<T> row, Activation activation, Block block, T* dx) {
  with_activation(activation, [=]<Activation A>() {
    if (from.y)
      backward_apply_as<A, false>(from, row, block, dx);
    else
      backward_apply_as<A, true>(from, row, block, dx);
  });
}

}  // namespace

template <class T>
BlockKernels<T> block_kernels() {
  return {channel_sums<T>, normalise<T>, backward_sums<T>, backward_apply<T>};
}
template BlockKernels<float> block_kernels<float>();
template BlockKernels<double> block_kernels<double>();

}  // namespace tandem::kernels::TANDEM_SIMD_LEVEL
