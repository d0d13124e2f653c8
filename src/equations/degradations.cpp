#include "equations/degradations.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "equations/affine_map.h"
#include "equations/elastic_map.h"
#include "equations/statistics.h"

namespace tandem::equations {
namespace {

/// Applies a function Image -> Image to every slice.
template <class T, class Change>
Volume<T> slice_by_slice(const Volume<T>& volume, const Change& change) {
  Volume<T> out = volume;
  for (std::int64_t s = 0; s < volume.slices; ++s) {
    const auto image = change(volume.slice_image(s));
    std::ranges::copy(image.values, out.slice(s).begin());
  }
  return out;
}

/// Where the samples of a line of `length` lie when `count` of them cover it evenly, edge to edge.
double sample_position(std::int64_t q, std::int64_t count, std::int64_t length) {
  return (double(q) + 0.5) * double(length) / double(count) - 0.5;
}

/// Calls visit(row, column, source row, source column) for each pixel of a slice that is moved.
template <class Visit>
void for_each_source(const Pose& pose, std::int64_t rows, std::int64_t columns, const Visit& visit) {
  const auto m = affine_map({.angle_degrees = pose.degrees}, rows, columns);
  const double centre_row = 0.5 * double(rows - 1), centre_column = 0.5 * double(columns - 1);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) {
      const double dr = double(r) - centre_row - pose.shift_rows,
                   dc = double(c) - centre_column - pose.shift_columns;
      visit(r, c, m.rr * dr + m.rc * dc + centre_row, m.cr * dr + m.cc * dc + centre_column);
    }
}

template <class T>
T value_or_zero(const Image<T>& image, std::int64_t r, std::int64_t c) {
  return r >= 0 && r < image.rows && c >= 0 && c < image.columns ? image.at(r, c) : T{};
}

Image<float> moved_image(const Image<float>& image, const Pose& pose) {
  Image<float> out(image.rows, image.columns);
  for_each_source(pose, image.rows, image.columns, [&](auto r, auto c, double row, double column) {
    const auto r0 = std::int64_t(std::floor(row)), c0 = std::int64_t(std::floor(column));
    const double u = row - double(r0), v = column - double(c0);
    out.at(r, c) =
        float((1 - u) * ((1 - v) * value_or_zero(image, r0, c0) + v * value_or_zero(image, r0, c0 + 1)) +
              u * ((1 - v) * value_or_zero(image, r0 + 1, c0) + v * value_or_zero(image, r0 + 1, c0 + 1)));
  });
  return out;
}

}  // namespace

Volume<float> apply_artefact(const Volume<float>& volume, const RicianNoise& noise) {
  require(noise.relative_deviation >= 0, "noise: deviation {} is negative", noise.relative_deviation);
  const std::vector<double> values(volume.values.begin(), volume.values.end());
  const double deviation = noise.relative_deviation * population_deviation(values);
  RandomStream random({.seed = noise.seed, .purpose = Purpose::Corruption});
  auto out = volume;
  for (float& v : out.values) {
    const double real = double(v) + deviation * random.normal(), imaginary = deviation * random.normal();
    v = float(std::sqrt(real * real + imaginary * imaginary));
  }
  return out;
}

Volume<float> apply_artefact(const Volume<float>& volume, const GaussianBlur& blur) {
  require(blur.sigma >= 0, "blur: sigma {} is negative", blur.sigma);
  if (blur.sigma == 0) return volume;
  return slice_by_slice(volume, [&](const Image<float>& image) {
    Image<double> exact(image.rows, image.columns);
    std::ranges::copy(image.values, exact.values.begin());
    const auto smooth = smooth_noise(exact, blur.sigma, 1.0, whole(exact));
    Image<float> out(image.rows, image.columns);
    std::ranges::transform(smooth.values, out.values.begin(), [](double v) { return float(v); });
    return out;
  });
}

Volume<float> apply_artefact(const Volume<float>& volume, const Downsampling& d) {
  require(d.axis == 1 || d.axis == 2, "downsampling: axis {} is neither 1 (rows) nor 2 (columns)", d.axis);
  require(d.factor >= 1, "downsampling: factor {} is below 1", d.factor);
  const bool along_rows = d.axis == 1;
  const std::int64_t length = along_rows ? volume.rows : volume.columns;
  const auto count = std::max<std::int64_t>(1, std::int64_t(std::ceil(double(length) / d.factor)));
  return slice_by_slice(volume, [&](const Image<float>& image) {
    auto out = image;
    for (std::int64_t i = 0; i < length; ++i) {
      const double q = (double(i) + 0.5) * double(count) / double(length) - 0.5;
      const double low = std::clamp(std::floor(q), 0.0, double(count - 1));
      const auto next = std::min(std::int64_t(low) + 1, count - 1);
      const double weight = std::clamp(q - low, 0.0, 1.0);
      const auto at = [&](std::int64_t sample) {
        return std::clamp<std::int64_t>(std::llround(sample_position(sample, count, length)), 0, length - 1);
      };
      const auto before = at(std::int64_t(low)), after = at(next);
      for (std::int64_t k = 0; k < (along_rows ? image.columns : image.rows); ++k) {
        const double a = along_rows ? image.at(before, k) : image.at(k, before);
        const double b = along_rows ? image.at(after, k) : image.at(k, after);
        (along_rows ? out.at(i, k) : out.at(k, i)) = float((1 - weight) * a + weight * b);
      }
    }
    return out;
  });
}

Volume<float> apply_artefact(const Volume<float>& volume, const Gamma& gamma) {
  require(gamma.exponent > 0, "gamma: exponent {} is not positive", gamma.exponent);
  auto out = volume;
  for (float& v : out.values) v = float(std::pow(std::max(double(v), 0.0), gamma.exponent));
  return out;
}

Volume<float> apply_artefact(const Volume<float>& volume, const Pose& pose) {
  return slice_by_slice(volume, [&](const Image<float>& image) { return moved_image(image, pose); });
}

Volume<std::uint8_t> move_label(const Volume<std::uint8_t>& label, const Pose& pose) {
  return slice_by_slice(label, [&](const Image<std::uint8_t>& image) {
    Image<std::uint8_t> out(image.rows, image.columns);
    for_each_source(pose, image.rows, image.columns, [&](auto r, auto c, double row, double column) {
      out.at(r, c) = value_or_zero(image, std::llround(row), std::llround(column));
    });
    return out;
  });
}

}  // namespace tandem::equations
