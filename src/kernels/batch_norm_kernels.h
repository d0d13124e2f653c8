#pragma once
#include <cstdint>

#include "kernels/simd_level.h"

/// BatchNorm [ioffe2015] with activation and residual on the processor, for T = float and double. Arrays are
/// dense [P,C] (NHWC, P = N * H * W pixels); vectors over channels are double [C]; any P >= 0 and C >= 1. No
/// outputs may overlap with inputs.
///
/// The same numbers give the same bits whatever the number of threads (OpenMP, at most
/// omp_get_max_threads()): sums are made over fixed blocks of pixels and joined in a fixed order. Levels
/// differ in rounding.
namespace tandem::kernels {

enum class Activation { None, ReLU, LeakyReLU };

inline constexpr double kLeakySlope = 0.2;

/// sums[c] = sum over p of x, sums[C + c] = sum over p of x^2, accumulated in double.
/// @param sums [2,C]
template <class T>
void channel_sums(const T* x, std::int64_t pixels, std::int64_t channels, double* sums,
                  SimdLevel level = best_simd_level());

/// y = act((x - mean) * scale + beta + residual).
/// @param residual [P,C], or null for none
template <class T>
void normalise(const T* x, const T* residual, const double* mean, const double* scale, const double* beta,
               Activation activation, std::int64_t pixels, std::int64_t channels, T* y,
               SimdLevel level = best_simd_level());

/// What normalise() was called with, for backward kernels that are to do without its result.
struct ForwardScale {
  const double *scale = nullptr, *beta = nullptr;
};

/// With g = dy * act'(y): sums[c] = sum over p of g, sums[C + c] = sum over p of g * (x - mean), in double.
///
/// act' at 0 is that of negative values, as in LibTorch.
/// @param y    what normalise() gave; null for Activation::None, and where `forward` is given
/// @param sums [2,C]
/// @param residual_gradient [P,C], receives g; null for none
/// @param forward if there was no residual: the sign of y is made anew from x, which costs less than reading
/// y
/// @throws Error if an activation has neither y nor forward
template <class T>
void backward_sums(const T* dy, const T* y, const T* x, const double* mean, Activation activation,
                   std::int64_t pixels, std::int64_t channels, double* sums, T* residual_gradient,
                   ForwardScale forward = {}, SimdLevel level = best_simd_level());

/// dx = a * g + b * (x - mean) + c with g = dy * act'(y); y and forward as in backward_sums().
///
/// Where backward_sums() wrote g, pass it as dy with Activation::None: one array less to read.
template <class T>
void backward_apply(const T* dy, const T* y, const T* x, const double* mean, const double* a, const double* b,
                    const double* c, Activation activation, std::int64_t pixels, std::int64_t channels, T* dx,
                    ForwardScale forward = {}, SimdLevel level = best_simd_level());

}  // namespace tandem::kernels
