#pragma once
#include <cstdint>

#include "base/array.h"
#include "equations/affine_map.h"

namespace tandem::equations {

// Real is float or double, the type of the arithmetic: float is exact enough for training and twice as fast.

/// Where the pixels of a window of the output come from: pixel (r, c) takes the input at (r + rows, c +
/// columns).
template <class Real>
struct Displacement {
  Window window;
  Image<Real> rows, columns;  ///< pixels, [window.rows, window.columns]
};

/// scale * (noise smoothed by a Gaussian of standard deviation sigma pixels) inside a window: kernel cut at
/// int(4 sigma + 0.5) and normalised, zero outside the image, as
/// scipy.ndimage.gaussian_filter(mode="constant").
/// @param spacing pixels between the points where the sums are taken; cubic interpolation between them. 1 is
/// exact;
///        smoothing_spacing(sigma) keeps the error below 5e-3 of the field's standard deviation
template <class Real>
Image<Real> smooth_noise(const Image<Real>& noise, double sigma, double scale, const Window& window,
                         std::int64_t spacing = 1);

/// The widest spacing that smooth_noise may use without visible loss: sigma / 4, at least 1 pixel.
std::int64_t smoothing_spacing(double sigma);

/// Image at the displaced points by an interpolating cubic B-spline, half-sample-symmetric at the border;
/// overshoot is kept. As scipy.ndimage.map_coordinates(order=3, mode="reflect").
template <class Real>
Image<Real> warp_spline(const Image<Real>& image, const Displacement<Real>& field);

/// The indicator (0/1) of one class at the displaced points by an interpolating cubic B-spline; the image is
/// continued by its edge. As scipy.ndimage.map_coordinates(order=3, mode="nearest").
/// @param margin points further than this from the class's bounding box are left 0 (the spline there is below
///        0.27^margin)
template <class Real>
Image<double> warp_indicator(const Image<std::uint8_t>& label, std::uint8_t klass,
                             const Displacement<Real>& field, std::int64_t margin = 24);

/// Label at the displaced points: classes in ascending order claim the pixels where their indicator is >=
/// 0.5; later classes overwrite, unclaimed pixels become 0.
template <class Real>
Image<std::uint8_t> warp_label(const Image<std::uint8_t>& label, const Displacement<Real>& field);

}  // namespace tandem::equations
