#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/array.h"
#include "equations/fft.h"

namespace tandem::equations {

/// Walks over the lines of a volume along one axis in small blocks, two real lines packed into one complex
/// line.
///
/// A filter whose gain is real and even in frequency treats real and imaginary parts alike, so that packing
/// halves the work. Blocks are small enough to stay in the nearest cache.
class LineBlocks {
 public:
  static constexpr std::int64_t kLines = 8;  ///< complex lines of one block

  LineBlocks(const std::array<std::int64_t, 3>& shape, int axis)
      : fft_(shape[size_t(axis)]),
        stride_(axis == 2   ? 1
                : axis == 1 ? shape[2]
                            : shape[1] * shape[2]),
        count_(shape[0] * shape[1] * shape[2] / fft_.length()),
        re_(size_t(fft_.length() * kLines)),
        im_(re_) {}

  std::int64_t blocks() const { return (count_ + 2 * kLines - 1) / (2 * kLines); }

  /// The spectrum of a block of lines, values minus `offset`; false (and no spectrum) if they all equal the
  /// offset.
  bool transform(const Volume<float>& volume, std::int64_t block, double offset) {
    bool any = false;
    load(volume, block, 0, offset, re_, any);
    load(volume, block, kLines, offset, im_, any);
    if (any) fft_.forward(re_.data(), im_.data(), kLines);
    return any;
  }
  /// Back from spectrum (re, im) to lines of the volume, plus `offset`.
  void restore(std::vector<double>& re, std::vector<double>& im, Volume<float>& volume, std::int64_t block,
               double offset) const {
    fft_.inverse(re.data(), im.data(), kLines);
    store(re, volume, block, 0, offset);
    store(im, volume, block, kLines, offset);
  }
  std::vector<double>& re() { return re_; }
  std::vector<double>& im() { return im_; }

 private:
  std::int64_t first_element(std::int64_t line) const {
    return (line / stride_) * fft_.length() * stride_ + line % stride_;
  }
  void load(const Volume<float>& volume, std::int64_t block, std::int64_t part, double offset,
            std::vector<double>& to, bool& any) const {
    for (std::int64_t l = 0; l < kLines; ++l) {
      const std::int64_t line = 2 * kLines * block + part + l;
      const float* from = line < count_ ? volume.values.data() + first_element(line) : nullptr;
      for (std::int64_t m = 0; m < fft_.length(); ++m) {
        const double value = from ? double(from[m * stride_]) - offset : 0;
        any |= value != 0;
        to[size_t(m * kLines + l)] = value;
      }
    }
  }
  void store(const std::vector<double>& from, Volume<float>& volume, std::int64_t block, std::int64_t part,
             double offset) const {
    for (std::int64_t l = 0; l < kLines; ++l) {
      const std::int64_t line = 2 * kLines * block + part + l;
      if (line >= count_) return;
      float* to = volume.values.data() + first_element(line);
      for (std::int64_t m = 0; m < fft_.length(); ++m)
        to[m * stride_] = float(from[size_t(m * kLines + l)] + offset);
    }
  }

  Fft fft_;
  std::int64_t stride_, count_;
  std::vector<double> re_, im_;
};

/// What a gain g[m] over shifted indices does to the real part of a real signal: (g(f) + g(-f)) / 2 over
/// unshifted frequencies f = 0..N-1, divided by N for the inverse transform.
inline std::vector<double> even_gain(const std::vector<double>& shifted) {
  const auto n = std::int64_t(shifted.size());
  const auto at = [&](std::int64_t f) { return shifted[size_t((f + n / 2) % n)]; };
  std::vector<double> gain(size_t(n), 0.0);
  for (std::int64_t f = 0; f < n; ++f) gain[size_t(f)] = (at(f) + at((n - f) % n)) / 2 / double(n);
  return gain;
}

}  // namespace tandem::equations
