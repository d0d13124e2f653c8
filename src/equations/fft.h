#pragma once
#include <complex>
#include <cstdint>
#include <vector>

namespace tandem::equations {

/// Discrete Fourier transform of one length, for many lines at once, in float64.
///
/// Element m of line l lies at [m * lines + l] of two arrays, real and imaginary parts apart: a contiguous
/// axis after the transformed one is then a batch of lines, and the inner loops are plain vector code. Any
/// length: radix 4, 3 and 2 by hand, other primes by their definition (cost grows with the largest prime
/// factor). Stockham's self-sorting form of the mixed-radix algorithm.
class Fft {
 public:
  explicit Fft(std::int64_t length);
  std::int64_t length() const { return length_; }

  /// X[f] = sum over m of x[m] exp(-2 pi i f m / N), in place; no scaling.
  void forward(double* re, double* im, std::int64_t lines) const;
  /// x[m] = sum over f of X[f] exp(+2 pi i f m / N), in place; no scaling, so inverse(forward(x)) = N x.
  void inverse(double* re, double* im, std::int64_t lines) const { forward(im, re, lines); }

 private:
  struct Stage {
    std::int64_t radix, rest, stride;            // n = radix * rest points left; stride = N / n done
    std::vector<std::complex<double>> twiddles;  // [rest, radix]
    std::vector<std::complex<double>> roots;     // [radix], exp(-2 pi i k / radix)
  };
  std::int64_t length_;
  std::vector<Stage> stages_;
};

/// Forward transform over all three axes of [D,H,W] arrays, in place; no scaling.
void forward_fft3(std::vector<double>& re, std::vector<double>& im, std::int64_t slices, std::int64_t rows,
                  std::int64_t columns);

}  // namespace tandem::equations
