#include "equations/mr_artefacts.h"

#include <cmath>
#include <complex>
#include <numbers>

#include "base/error.h"
#include "equations/line_blocks.h"

namespace tandem::equations {
namespace {

using Complex = std::complex<double>;

/// u^0 .. u^order at every index of an axis, u from -1 to 1 (0 for a single index): [N, order+1].
std::vector<double> powers(std::int64_t n, int order) {
  std::vector<double> out;
  for (std::int64_t i = 0; i < n; ++i) {
    const double u = n > 1 ? double(2 * i - (n - 1)) / double(n - 1) : 0;
    double power = 1;
    for (int p = 0; p <= order; ++p, power *= u) out.push_back(power);
  }
  return out;
}

/// The polynomial's coefficients in u2 on one row: sum over a, b of c[a,b,c] u0^a u1^b; [order+1].
void row_polynomial(const BiasField& bias, const double* u0, const double* u1, std::vector<double>& out) {
  std::fill(out.begin(), out.end(), 0.0);
  size_t q = 0;
  for (int a = 0; a <= bias.order; ++a)
    for (int b = 0; a + b <= bias.order; ++b)
      for (int c = 0; a + b + c <= bias.order; ++c) out[size_t(c)] += bias.coefficients[q++] * u0[a] * u1[b];
}

/// A complex amplitude times exp(2 pi i f.r / N), whose real part is added to the volume.
struct Wave {
  Complex amplitude;
  std::array<std::int64_t, 3> frequency;
};

/// exp(2 pi i f n / N) for all n of an axis; f n is reduced first so that large products lose nothing.
std::vector<Complex> phases(std::int64_t n, std::int64_t f) {
  std::vector<Complex> out;
  for (std::int64_t i = 0; i < n; ++i)
    out.push_back(std::polar(1.0, 2 * std::numbers::pi * double((f * i) % n) / double(n)));
  return out;
}

Volume<float> add_waves(const Volume<float>& volume, const std::vector<Wave>& waves) {
  const auto shape = volume.shape();
  const auto w = size_t(volume.columns);
  std::vector<double> sum(volume.values.begin(), volume.values.end());
  for (const Wave& wave : waves) {
    std::array<std::vector<Complex>, 3> phase;
    for (size_t d = 0; d < 3; ++d) phase[d] = phases(shape[d], wave.frequency[d]);
    std::vector<double> cosine(w), sine(w);
    for (size_t k = 0; k < w; ++k) cosine[k] = phase[2][k].real(), sine[k] = phase[2][k].imag();
    double* row = sum.data();
    for (std::int64_t i = 0; i < volume.slices; ++i)
      for (std::int64_t j = 0; j < volume.rows; ++j, row += w) {
        const Complex p = wave.amplitude * phase[0][size_t(i)] * phase[1][size_t(j)];
        const double a = p.real(), b = p.imag();
        for (size_t k = 0; k < w; ++k) row[k] += a * cosine[k] - b * sine[k];
      }
  }
  Volume<float> out(volume.slices, volume.rows, volume.columns);
  std::copy(sum.begin(), sum.end(), out.values.begin());
  return out;
}

/// The coefficient that NumPy's order of complex numbers calls the largest: by real part, then by imaginary
/// part. Real parts that differ by rounding alone count as equal, since X(f) and X(-f) have the same one.
Complex largest(const std::vector<double>& re, const std::vector<double>& im) {
  double top = re[0], scale = 0;
  for (size_t i = 0; i < re.size(); ++i) top = std::max(top, re[i]), scale = std::max(scale, std::abs(re[i]));
  Complex best(top, -INFINITY);
  for (size_t i = 0; i < re.size(); ++i)
    if (re[i] >= top - 1e-13 * scale && im[i] > best.imag()) best = {re[i], im[i]};
  return best;
}

std::array<std::int64_t, 3> spike_index(const std::array<float, 3>& position,
                                        const std::array<std::int64_t, 3>& shape) {
  std::array<std::int64_t, 3> index;
  for (size_t d = 0; d < 3; ++d) {
    require(position[d] >= 0 && position[d] < 1, "spike position {} on axis {} must lie in [0, 1)",
            position[d], d);
    index[d] = std::int64_t(std::floor(double(position[d]) * double(shape[d])));
  }
  return index;
}

/// Each spike raises one coefficient by intensity times the largest coefficient at that moment.
std::vector<Wave> spike_waves(const Volume<float>& volume, const Spike& spike) {
  const auto shape = volume.shape();
  const auto n = double(volume.values.size());
  double sum = 0, low = 0, high = 0;
  for (const double v : volume.values) sum += v, low = std::min(low, v), high = std::max(high, v);
  // A volume without negative values (but for rounding) has its largest coefficient at frequency zero: the
  // sum.
  const bool sum_is_largest = low >= -1e-6 * high;
  const bool need_spectrum = spike.positions.size() > 1 || !sum_is_largest;
  std::vector<double> re, im;
  if (need_spectrum) {
    re.assign(volume.values.begin(), volume.values.end());
    im.assign(re.size(), 0.0);
    forward_fft3(re, im, shape[0], shape[1], shape[2]);
  }
  std::vector<Wave> waves;
  for (const auto& position : spike.positions) {
    const auto index = spike_index(position, shape);
    const Complex raise = spike.intensity * (need_spectrum ? largest(re, im) : Complex(sum));
    Wave wave{raise / n, {}};
    for (size_t d = 0; d < 3; ++d) wave.frequency[d] = index[d] - shape[d] / 2;
    waves.push_back(wave);
    if (!need_spectrum) continue;
    const auto wrap = [&](size_t d) { return (wave.frequency[d] + shape[d]) % shape[d]; };
    const auto element = size_t((wrap(0) * shape[1] + wrap(1)) * shape[2] + wrap(2));
    re[element] += raise.real();
    im[element] += raise.imag();
  }
  return waves;
}

}  // namespace

Volume<float> apply_artefact(const Volume<float>& volume, const BiasField& bias) {
  const int o = bias.order;
  require(o >= 0 && bias.coefficients.size() == size_t((o + 1) * (o + 2) * (o + 3) / 6),
          "a bias field of order {} needs {} coefficients, got {}", o, (o + 1) * (o + 2) * (o + 3) / 6,
          bias.coefficients.size());
  const auto u0 = powers(volume.slices, o), u1 = powers(volume.rows, o), u2 = powers(volume.columns, o);
  const auto terms = size_t(o + 1);
  std::vector<double> polynomial(terms);
  Volume<float> out = volume;
  float* value = out.values.data();
  for (size_t i = 0; i < size_t(volume.slices); ++i)
    for (size_t j = 0; j < size_t(volume.rows); ++j) {
      row_polynomial(bias, &u0[i * terms], &u1[j * terms], polynomial);
      for (size_t k = 0; k < size_t(volume.columns); ++k) {
        double p = 0;
        for (size_t c = 0; c < terms; ++c) p += polynomial[c] * u2[k * terms + c];
        *value++ *= float(std::exp(p));
      }
    }
  return out;
}

Volume<float> apply_artefact(const Volume<float>& volume, const Ghosting& ghosting) {
  require(ghosting.axis >= 0 && ghosting.axis <= 2, "ghosting axis {} must be 0, 1 or 2", ghosting.axis);
  require(ghosting.num_ghosts >= 0, "the number of ghosts, {}, must not be negative", ghosting.num_ghosts);
  if (ghosting.num_ghosts == 0 || ghosting.intensity == 0) return volume;
  const std::int64_t n = volume.shape()[size_t(ghosting.axis)];
  std::vector<double> shifted(size_t(n), 1.0);
  for (std::int64_t m = 0; m < n; m += ghosting.num_ghosts) shifted[size_t(m)] = 1 - ghosting.intensity;
  shifted[size_t(n / 2)] = 1;
  const auto gain = even_gain(shifted);

  Volume<float> out(volume.slices, volume.rows, volume.columns);
  LineBlocks lines(volume.shape(), ghosting.axis);
  for (std::int64_t block = 0; block < lines.blocks(); ++block) {
    if (!lines.transform(volume, block, 0)) continue;  // zeros stay zeros
    for (size_t i = 0; i < lines.re().size(); ++i) {
      lines.re()[i] *= gain[i / LineBlocks::kLines];
      lines.im()[i] *= gain[i / LineBlocks::kLines];
    }
    lines.restore(lines.re(), lines.im(), out, block, 0);
  }
  if (ghosting.floor) remove_negative(out);
  return out;
}

void remove_negative(Volume<float>& volume) {
  for (float& v : volume.values) v = std::max(v, 0.0F);
}

Volume<float> apply_artefact(const Volume<float>& volume, const Spike& spike) {
  return add_waves(volume, spike_waves(volume, spike));
}

Volume<float> apply_artefact(const Volume<float>& volume, const Artefact& artefact) {
  return std::visit([&](const auto& parameters) { return apply_artefact(volume, parameters); }, artefact);
}

}  // namespace tandem::equations
