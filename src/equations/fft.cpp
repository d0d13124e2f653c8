#include "equations/fft.h"

#include <algorithm>
#include <numbers>

#include "base/error.h"

namespace tandem::equations {
namespace {

using Complex = std::complex<double>;

/// exp(-2 pi i numerator / denominator), exact at multiples of a quarter turn.
Complex root(std::int64_t numerator, std::int64_t denominator) {
  numerator %= denominator;
  if (4 * numerator % denominator == 0) {
    constexpr double kCos[] = {1, 0, -1, 0};
    const auto quarter = 4 * numerator / denominator;
    return {kCos[quarter], -kCos[(quarter + 3) % 4]};
  }
  return std::polar(1.0, -2 * std::numbers::pi * double(numerator) / double(denominator));
}

/// A run of points of split-complex data; [i] of leg j of a butterfly.
struct Legs {
  const double *re, *im;
  std::int64_t step;  // between legs
};

void store(double* __restrict re, double* __restrict im, std::int64_t i, double a, double b, Complex w) {
  re[i] = a * w.real() - b * w.imag();
  im[i] = a * w.imag() + b * w.real();
}

void radix2(Legs x, double* __restrict yr, double* __restrict yi, std::int64_t run, const Complex* w) {
  for (std::int64_t i = 0; i < run; ++i) {
    const double ar = x.re[i], ai = x.im[i], br = x.re[i + x.step], bi = x.im[i + x.step];
    yr[i] = ar + br;
    yi[i] = ai + bi;
    store(yr, yi, i + run, ar - br, ai - bi, w[1]);
  }
}

void radix3(Legs x, double* __restrict yr, double* __restrict yi, std::int64_t run, const Complex* w) {
  constexpr double kSin = 0.86602540378443864676;  // sin(60 degrees)
  for (std::int64_t i = 0; i < run; ++i) {
    const std::int64_t j = i + x.step, k = j + x.step;
    const double sr = x.re[j] + x.re[k], si = x.im[j] + x.im[k];
    const double dr = kSin * (x.im[j] - x.im[k]), di = kSin * (x.re[k] - x.re[j]);
    const double mr = x.re[i] - 0.5 * sr, mi = x.im[i] - 0.5 * si;
    yr[i] = x.re[i] + sr;
    yi[i] = x.im[i] + si;
    store(yr, yi, i + run, mr + dr, mi + di, w[1]);
    store(yr, yi, i + 2 * run, mr - dr, mi - di, w[2]);
  }
}

void radix4(Legs x, double* __restrict yr, double* __restrict yi, std::int64_t run, const Complex* w) {
  for (std::int64_t i = 0; i < run; ++i) {
    const std::int64_t j = i + x.step, k = j + x.step, l = k + x.step;
    const double er = x.re[i] + x.re[k], ei = x.im[i] + x.im[k], fr = x.re[i] - x.re[k],
                 fi = x.im[i] - x.im[k];
    const double gr = x.re[j] + x.re[l], gi = x.im[j] + x.im[l], hr = x.im[j] - x.im[l],
                 hi = x.re[l] - x.re[j];
    yr[i] = er + gr;
    yi[i] = ei + gi;
    store(yr, yi, i + run, fr + hr, fi + hi, w[1]);
    store(yr, yi, i + 2 * run, er - gr, ei - gi, w[2]);
    store(yr, yi, i + 3 * run, fr - hr, fi - hi, w[3]);
  }
}

void radix_any(Legs x, double* __restrict yr, double* __restrict yi, std::int64_t run, const Complex* w,
               const std::vector<Complex>& roots) {
  const auto radix = std::int64_t(roots.size());
  for (std::int64_t k = 0; k < radix; ++k, yr += run, yi += run) {
    std::fill(yr, yr + run, 0.0);
    std::fill(yi, yi + run, 0.0);
    for (std::int64_t j = 0; j < radix; ++j) {
      const Complex r = roots[size_t(j * k % radix)] * w[k];
      const double *xr = x.re + j * x.step, *xi = x.im + j * x.step;
      for (std::int64_t i = 0; i < run; ++i) {
        yr[i] += xr[i] * r.real() - xi[i] * r.imag();
        yi[i] += xr[i] * r.imag() + xi[i] * r.real();
      }
    }
  }
}

std::int64_t next_radix(std::int64_t n) {
  if (n % 4 == 0) return 4;
  for (std::int64_t p = 2; p * p <= n; ++p)
    if (n % p == 0) return p;
  return n;
}

}  // namespace

Fft::Fft(std::int64_t length) : length_(length) {
  require(length > 0, "a Fourier transform needs at least one point, got {}", length);
  for (std::int64_t n = length, stride = 1; n > 1;) {
    Stage stage{next_radix(n), 0, stride, {}, {}};
    stage.rest = n / stage.radix;
    for (std::int64_t q = 0; q < stage.rest; ++q)
      for (std::int64_t k = 0; k < stage.radix; ++k) stage.twiddles.push_back(root(q * k, n));
    for (std::int64_t k = 0; k < stage.radix; ++k) stage.roots.push_back(root(k, stage.radix));
    n = stage.rest;
    stride *= stage.radix;
    stages_.push_back(std::move(stage));
  }
}

void Fft::forward(double* re, double* im, std::int64_t lines) const {
  const auto size = size_t(length_ * lines);
  std::vector<double> scratch(2 * size);
  double *from_re = re, *from_im = im, *to_re = scratch.data(), *to_im = to_re + size;
  for (const Stage& s : stages_) {
    const std::int64_t run = s.stride * lines;
    for (std::int64_t q = 0; q < s.rest; ++q) {
      const Legs x{from_re + q * run, from_im + q * run, s.rest * run};
      double *yr = to_re + q * s.radix * run, *yi = to_im + q * s.radix * run;
      const Complex* w = s.twiddles.data() + q * s.radix;
      if (s.radix == 4)
        radix4(x, yr, yi, run, w);
      else if (s.radix == 3)
        radix3(x, yr, yi, run, w);
      else if (s.radix == 2)
        radix2(x, yr, yi, run, w);
      else
        radix_any(x, yr, yi, run, w, s.roots);
    }
    std::swap(from_re, to_re);
    std::swap(from_im, to_im);
  }
  if (from_re == re) return;
  std::copy(from_re, from_re + size, re);
  std::copy(from_im, from_im + size, im);
}

void forward_fft3(std::vector<double>& re, std::vector<double>& im, std::int64_t slices, std::int64_t rows,
                  std::int64_t columns) {
  Fft(slices).forward(re.data(), im.data(), rows * columns);
  const Fft along_rows(rows), along_columns(columns);
  for (std::int64_t s = 0; s < slices; ++s)
    along_rows.forward(&re[size_t(s * rows * columns)], &im[size_t(s * rows * columns)], columns);
  for (std::int64_t r = 0; r < slices * rows; ++r)
    along_columns.forward(&re[size_t(r * columns)], &im[size_t(r * columns)], 1);
}

}  // namespace tandem::equations
