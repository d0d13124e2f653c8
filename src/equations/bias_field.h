#pragma once
#include <ATen/core/Tensor.h>

namespace tandem::equations {

/// Control points of the spline field along an axis: those between which the axis lies, and one more at each
/// end. Fails where the axis is not divisible by the downscale or the spacing is below it.
/// @param length pixels; @param spacing of the control points, pixels; @param downscale the field is made at
/// 1/downscale of the size and enlarged linearly
std::int64_t control_point_count(std::int64_t length, std::int64_t spacing, std::int64_t downscale);

/// What every control point of an axis gives to every pixel: samples of the cubic B-spline, enlarged.
/// [chen2020] and its code, whose transposed convolution these matrices replace.
/// @return float64 [length, control_point_count]
at::Tensor spline_matrix(std::int64_t length, std::int64_t spacing, std::int64_t downscale);

/// The logarithm of a bias field, M_H c M_W^T; [chen2020].
/// @param control_points c, [N,1,gH,gW]; @param rows M_H [H,gH]; @param columns M_W [W,gW]; @return [N,1,H,W]
at::Tensor spline_surface(const at::Tensor& control_points, const at::Tensor& rows,
                          const at::Tensor& columns);

/// exp of a log field, clamped to 1 -+ eps. [chen2020], in the form of its code since 2021-07.
at::Tensor clamped_bias_field(const at::Tensor& log_field, double eps);

/// exp of a log field, each scaled linearly to fill [1 - eps, 1 + eps]: the code of 2021-04.
at::Tensor filled_bias_field(const at::Tensor& log_field, double eps);

}  // namespace tandem::equations
