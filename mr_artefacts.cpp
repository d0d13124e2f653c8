#include "equations/mr_artefacts.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "base/error.h"
#include "equations/fft.h"

namespace tandem::equations {
namespace {

/// Index i of N as -1..1; 0 for a single one.
double unit_coordinate(std::int64_t i, std::int64_t n) { return n == 1 ? 0 : double(2 * i - (n - 1)) / double(n - 1); }

/// What is left of a polynomial along the columns (order + 1 coefficients) at slice u0 and row u1.
std::vector<double> column_polynomial(const Bias& bias, double u0, double u1) {
  std::vector<double> result(size_t(bias.order + 1), 0.0);
  auto coefficient = bias.coefficients.begin();
  double power0 = 1;
  for (std::int64_t a = 0; a <= bias.order; ++a, power0 *= u0) {
    double power01 = power0;
    for (std::int64_t b = 0; a + b <= bias.order; ++b, power01 *= u1)
      for (std::int64_t c = 0; a + b + c <= bias.order; ++c) result[size_t(c)] += *coefficient++ * power01;
  }
  return result;
}

/// Only the real part of a filtered real volume is kept, so a gain g per centred index m (frequency m - N/2) acts as
/// the even gain (g(f) + g(-f)) / 2. Result: by frequency 0..N-1.
std::vector<double> even_gain(const std::vector<double>& centred) {
  const auto n = std::int64_t(centred.size());
  const auto at = [&](std::int64_t f) { return centred[size_t(((f + n / 2) % n + n) % n)]; };
  std::vector<double> gain(centred.size());
  for (std::int64_t f = 0; f < n; ++f) gain[size_t(f)] = (at(f) + at(-f)) / 2;
  return gain;
}

/// One spike: r M at the centred index adds the real part of r M exp(2 pi i f v / N) / (D H W).
struct Stripe {
  std::array<std::int64_t, 3> index;
  std::complex<double> coefficient;
};

/// exp(2 pi i f v / N) for v = 0..N-1, with f v reduced modulo N first so that large products stay exact.
std::vector<std::complex<double>> wave(std::int64_t frequency, std::int64_t n) {
  std::vector<std::complex<double>> values;
  for (std::int64_t v = 0; v < n; ++v)
    values.push_back(std::polar(1.0, 2 * std::numbers::pi * double(frequency * v % n) / double(n)));
  return values;
}

/// Adds stripes to a volume, all in float64 before the cast.
Volume<float> add_stripes(const Volume<float>& volume, const std::vector<Stripe>& stripes) {
  std::vector<double> sum(volume.values.begin(), volume.values.end());
  const auto shape = volume.shape();
  for (const auto& stripe : stripes) {
    std::array<std::vector<std::complex<double>>, 3> waves;
    for (size_t d = 0; d < 3; ++d) waves[d] = wave(stripe.index[d] - shape[d] / 2, shape[d]);
    std::vector<double> real, imaginary;
    for (const auto& w : waves[2]) real.push_back(w.real()), imaginary.push_back(w.imag());
    const auto scaled = stripe.coefficient / double(volume.values.size());
    double* at = sum.data();
    for (std::int64_t i = 0; i < shape[0]; ++i)
      for (std::int64_t j = 0; j < shape[1]; ++j, at += shape[2]) {
        const auto w = scaled * waves[0][size_t(i)] * waves[1][size_t(j)];
        const double wr = w.real(), wi = w.imag();
        for (size_t k = 0; k < real.size(); ++k) at[k] += wr * real[k] - wi * imaginary[k];
      }
  }
  Volume<float> out(shape[0], shape[1], shape[2]);
  std::transform(sum.begin(), sum.end(), out.values.begin(), [](double v) { return float(v); });
  return out;
}

/// The spectrum (frequencies 0..N-1 per axis, row-major) whose largest element scales each spike.
class Spectrum {
 public:
  explicit Spectrum(const Volume<float>& volume)
      : shape_(volume.shape()), real_(volume.values.begin(), volume.values.end()), imaginary_(real_.size(), 0.0) {
    transform_volume(real_, imaginary_, shape_);
  }
  /// The element with the largest real part; among equals, that with the largest imaginary part. The two elements
  /// of a conjugate pair count as equal although rounding makes their real parts differ.
  std::complex<double> largest() const {
    const double top = *std::max_element(real_.begin(), real_.end());
    double scale = 0;
    for (size_t e = 0; e < real_.size(); ++e) scale = std::max({scale, std::abs(real_[e]), std::abs(imaginary_[e])});
    size_t best = real_.size();
    for (size_t e = 0; e < real_.size(); ++e)
      if (real_[e] >= top - 1e-12 * scale && (best == real_.size() || imaginary_[e] > imaginary_[best])) best = e;
    return {real_[best], imaginary_[best]};
  }
  void add(const Stripe& stripe) {
    std::int64_t element = 0;
    for (size_t d = 0; d < 3; ++d) {
      const std::int64_t n = shape_[d];
      element = element * n + (stripe.index[d] - n / 2 + n) % n;
    }
    real_[size_t(element)] += stripe.coefficient.real();
    imaginary_[size_t(element)] += stripe.coefficient.imag();
  }

 private:
  std::array<std::int64_t, 3> shape_;
  std::vector<double> real_, imaginary_;
};

/// Whether the zero frequency is sure to be the largest coefficient: no negative values but rounding of a zero.
bool is_non_negative(const Volume<float>& volume) {
  const auto [low, high] = std::minmax_element(volume.values.begin(), volume.values.end());
  return *low >= -1e-6F * *high && *high > 0;
}

/// Voxels k in [first, last) of one output row that may lie inside; exact tests follow.
struct Range {
  std::int64_t first, last;
};
void narrow(Range& range, double start, double step, std::int64_t n) {
  const double low = -0.5 - start, high = double(n) - 0.5 - start;  // low <= step * k < high
  if (std::abs(step) < 1e-12) {  // k shifts the coordinate by less than rounding matters
    if (high < -1e-6 || low > 1e-6) range.last = range.first;
    return;
  }
  const double a = low / step, b = high / step;
  const auto limit = [](double v) { return std::clamp(v, -1e15, 1e15); };
  range.first = std::max(range.first, std::int64_t(std::floor(limit(std::min(a, b)))) - 1);
  range.last = std::min(range.last, std::int64_t(std::ceil(limit(std::max(a, b)))) + 2);
}

/// Trilinear value at c; the 8 neighbours are clamped to the volume.
double interpolate(const Volume<float>& volume, const std::array<double, 3>& c) {
  const auto shape = volume.shape();
  std::array<std::int64_t, 3> low, high;
  std::array<double, 3> t;
  for (size_t d = 0; d < 3; ++d) {
    const double floor = std::floor(c[d]);
    t[d] = c[d] - floor;
    low[d] = std::clamp<std::int64_t>(std::int64_t(floor), 0, shape[d] - 1);
    high[d] = std::clamp<std::int64_t>(std::int64_t(floor) + 1, 0, shape[d] - 1);
  }
  const auto along_columns = [&](std::int64_t i, std::int64_t j) {
    const double a = volume.at(i, j, low[2]), b = volume.at(i, j, high[2]);
    return a + (b - a) * t[2];
  };
  const auto along_rows = [&](std::int64_t i) {
    const double a = along_columns(i, low[1]), b = along_columns(i, high[1]);
    return a + (b - a) * t[1];
  };
  const double a = along_rows(low[0]), b = along_rows(high[0]);
  return a + (b - a) * t[0];
}

using Matrix = std::array<std::array<double, 3>, 3>;

Matrix rotation(size_t axis, double radians) {
  const double c = std::cos(radians), s = std::sin(radians);
  const size_t a = (axis + 1) % 3, b = (axis + 2) % 3;
  Matrix m{};
  m[axis][axis] = 1;
  m[a][a] = m[b][b] = c;
  m[a][b] = -s;
  m[b][a] = s;
  return m;
}

Matrix product(const Matrix& x, const Matrix& y) {
  Matrix m{};
  for (size_t r = 0; r < 3; ++r)
    for (size_t c = 0; c < 3; ++c)
      for (size_t k = 0; k < 3; ++k) m[r][c] += x[r][k] * y[k][c];
  return m;
}

/// Which volume each centred index along the columns is taken from: 0 = not moved, q = after movement q.
std::vector<size_t> k_space_sources(const std::vector<float>& times, std::int64_t n) {
  // The volume that holds the centre of k-space is the one that was not moved.
  const auto centre = std::find_if(times.begin(), times.end(), [](float t) { return t > 0.5F; });
  std::vector<size_t> order(times.size() + 1);
  std::iota(order.begin(), order.end(), size_t(0));
  std::swap(order[0], order[size_t(centre - times.begin())]);
  std::vector<size_t> sources(static_cast<size_t>(n), 0);
  std::int64_t from = 0;
  for (size_t q = 0; q <= times.size(); ++q) {  // a later segment overwrites where times fall
    const std::int64_t to = q < times.size() ? std::int64_t(float(n) * times[q]) : n;
    for (std::int64_t m = std::max<std::int64_t>(from, 0); m < std::min(to, n); ++m) sources[size_t(m)] = order[q];
    from = to;
  }
  return sources;
}

}  // namespace

const char* kind_of(const Artefact& artefact) {
  constexpr std::array<const char*, 4> kNames = {"bias", "ghosting", "spike", "motion"};
  return kNames[artefact.index()];
}

std::int64_t bias_coefficient_count(std::int64_t order) { return (order + 1) * (order + 2) * (order + 3) / 6; }

Volume<float> apply(const Volume<float>& volume, const Bias& bias) {
  require(bias.order >= 0 && std::int64_t(bias.coefficients.size()) == bias_coefficient_count(bias.order),
          "bias field of order {}: {} coefficients given, {} needed", bias.order, bias.coefficients.size(),
          bias_coefficient_count(bias.order));
  Volume<float> out = volume;
  float* at = out.values.data();
  for (std::int64_t i = 0; i < volume.slices; ++i)
    for (std::int64_t j = 0; j < volume.rows; ++j) {
      const auto polynomial =
          column_polynomial(bias, unit_coordinate(i, volume.slices), unit_coordinate(j, volume.rows));
      for (std::int64_t k = 0; k < volume.columns; ++k) {
        const double u = unit_coordinate(k, volume.columns);
        double exponent = 0;
        for (size_t c = polynomial.size(); c-- > 0;) exponent = exponent * u + polynomial[c];
        *at++ *= float(std::exp(exponent));
      }
    }
  return out;
}

Volume<float> apply(const Volume<float>& volume, const Ghosting& ghosting) {
  require(ghosting.axis >= 0 && ghosting.axis <= 2, "ghosting: axis {} is not 0, 1 or 2", ghosting.axis);
  require(ghosting.num_ghosts >= 0, "ghosting: {} ghosts; the number cannot be negative", ghosting.num_ghosts);
  if (ghosting.num_ghosts == 0 || ghosting.intensity == 0) return volume;
  const std::int64_t n = volume.shape()[size_t(ghosting.axis)];
  std::vector<double> gain(static_cast<size_t>(n), 1.0);
  for (std::int64_t m = 0; m < n; m += ghosting.num_ghosts) gain[size_t(m)] = 1 - ghosting.intensity;
  gain[size_t(n / 2)] = 1;  // the plane through the centre is put back
  return filter_axis({{&volume, even_gain(gain)}}, int(ghosting.axis));
}

Volume<float> apply(const Volume<float>& volume, const Spike& spike) {
  if (spike.positions.empty() || volume.values.empty()) return volume;
  std::vector<Stripe> stripes;
  for (const auto& position : spike.positions) {
    Stripe stripe;
    for (size_t d = 0; d < 3; ++d) {
      require(position[d] >= 0 && position[d] < 1, "spike: position {} is outside [0, 1)", position[d]);
      stripe.index[d] = std::int64_t(double(position[d]) * double(volume.shape()[d]));
    }
    stripes.push_back(stripe);
  }
  if (stripes.size() == 1 && is_non_negative(volume)) {  // the largest coefficient is the sum: no transform needed
    stripes[0].coefficient = spike.intensity * std::accumulate(volume.values.begin(), volume.values.end(), 0.0);
    return add_stripes(volume, stripes);
  }
  Spectrum spectrum(volume);
  for (auto& stripe : stripes) {
    stripe.coefficient = spike.intensity * spectrum.largest();
    spectrum.add(stripe);
  }
  return add_stripes(volume, stripes);
}

RigidMap rigid_map(const std::array<float, 3>& degrees, const std::array<float, 3>& translation) {
  const auto radians = [&](size_t axis) {  // in float32, as the reference converts
    return double(degrees[axis] * (std::numbers::pi_v<float> / 180.0F));
  };
  // The signs come from exchanging the two patient coordinate systems (RAS, LPS) on axes 0 and 1.
  return {product(rotation(2, radians(2)), product(rotation(0, -radians(0)), rotation(1, -radians(1)))),
          {-double(translation[0]), -double(translation[1]), double(translation[2])}};
}

Volume<float> moved(const Volume<float>& volume, const RigidMap& map) {
  const auto shape = volume.shape();
  const float fill = *std::min_element(volume.values.begin(), volume.values.end());
  Volume<float> out(shape[0], shape[1], shape[2], fill);
  const auto& a = map.matrix;
  for (std::int64_t i = 0; i < shape[0]; ++i)
    for (std::int64_t j = 0; j < shape[1]; ++j) {
      std::array<double, 3> start;
      Range range{0, shape[2]};
      for (size_t d = 0; d < 3; ++d) {
        start[d] = a[d][0] * double(i) + a[d][1] * double(j) + map.offset[d];
        narrow(range, start[d], a[d][2], shape[d]);
      }
      for (std::int64_t k = range.first; k < range.last; ++k) {
        std::array<double, 3> c;
        bool inside = true;
        for (size_t d = 0; d < 3; ++d) {
          c[d] = start[d] + a[d][2] * double(k);
          inside = inside && c[d] >= -0.5 && c[d] < double(shape[d]) - 0.5;
        }
        if (inside) out.at(i, j, k) = float(interpolate(volume, c));
      }
    }
  return out;
}

Volume<float> apply(const Volume<float>& volume, const Motion& motion) {
  const size_t movements = motion.times.size();
  require(motion.degrees.size() == movements && motion.translation.size() == movements,
          "motion: {} rotations, {} translations and {} times; one of each per movement is needed",
          motion.degrees.size(), motion.translation.size(), movements);
  if (movements == 0 || volume.values.empty()) return volume;
  std::vector<Volume<float>> volumes;
  volumes.reserve(movements);
  for (size_t q = 0; q < movements; ++q)
    volumes.push_back(moved(volume, rigid_map(motion.degrees[q], motion.translation[q])));
  const auto sources = k_space_sources(motion.times, volume.columns);
  std::vector<FilterInput> inputs;
  for (size_t q = 0; q <= movements; ++q) {
    std::vector<double> gain;
    for (const size_t source : sources) gain.push_back(source == q ? 1.0 : 0.0);
    if (std::count(sources.begin(), sources.end(), q) > 0)
      inputs.push_back({q == 0 ? &volume : &volumes[q - 1], even_gain(gain)});
  }
  return filter_axis(inputs, 2);
}

Volume<float> apply(const Volume<float>& volume, const Artefact& artefact) {
  return std::visit([&](const auto& parameters) { return apply(volume, parameters); }, artefact);
}

}  // namespace tandem::equations
