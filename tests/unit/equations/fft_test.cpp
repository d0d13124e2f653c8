#include "equations/fft.h"

#include <gtest/gtest.h>

#include <numbers>

#include "base/error.h"
#include "base/random.h"

namespace tandem::equations {
namespace {

using Complex = std::complex<double>;

struct Lines {
  std::vector<double> re, im;
};

Lines random_lines(std::int64_t length, std::int64_t lines) {
  RandomStream random({.seed = 7, .sample = std::uint32_t(length)});
  Lines out;
  for (std::int64_t i = 0; i < length * lines; ++i) {
    out.re.push_back(random.uniform(-1, 1));
    out.im.push_back(random.uniform(-1, 1));
  }
  return out;
}

class FftLengths : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(FftLengths, EqualsTheDefinition) {
  const std::int64_t n = GetParam(), lines = 3;
  const auto x = random_lines(n, lines);
  auto ours = x;
  Fft(n).forward(ours.re.data(), ours.im.data(), lines);
  for (std::int64_t l = 0; l < lines; ++l)
    for (std::int64_t f = 0; f < n; ++f) {
      Complex sum = 0;
      for (std::int64_t m = 0; m < n; ++m)
        sum += Complex(x.re[size_t(m * lines + l)], x.im[size_t(m * lines + l)]) *
               std::polar(1.0, -2 * std::numbers::pi * double(f * m % n) / double(n));
      ASSERT_NEAR(ours.re[size_t(f * lines + l)], sum.real(), 1e-13 * double(n))
          << "line " << l << " frequency " << f;
      ASSERT_NEAR(ours.im[size_t(f * lines + l)], sum.imag(), 1e-13 * double(n))
          << "line " << l << " frequency " << f;
    }
}

TEST_P(FftLengths, InverseUndoesForwardUpToTheLength) {
  const std::int64_t n = GetParam();
  const auto x = random_lines(n, 2);
  auto ours = x;
  const Fft fft(n);
  fft.forward(ours.re.data(), ours.im.data(), 2);
  fft.inverse(ours.re.data(), ours.im.data(), 2);
  for (size_t i = 0; i < x.re.size(); ++i) {
    ASSERT_NEAR(ours.re[i] / double(n), x.re[i], 1e-14);
    ASSERT_NEAR(ours.im[i] / double(n), x.im[i], 1e-14);
  }
}

INSTANTIATE_TEST_SUITE_P(PowersPrimesAndMixtures, FftLengths,
                         ::testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 17, 22, 30, 49, 64, 97, 144,
                                           192, 247));

TEST(Fft, ThreeAxesOfAWaveGiveOneCoefficient) {
  constexpr std::int64_t kD = 3, kH = 4, kW = 10;
  std::vector<double> re, im;
  for (std::int64_t i = 0; i < kD; ++i)
    for (std::int64_t j = 0; j < kH; ++j)
      for (std::int64_t k = 0; k < kW; ++k) {
        const double angle =
            2 * std::numbers::pi * (1.0 * double(i) / kD + 3.0 * double(j) / kH + 7.0 * double(k) / kW);
        re.push_back(std::cos(angle));
        im.push_back(std::sin(angle));
      }
  forward_fft3(re, im, kD, kH, kW);
  for (size_t f = 0; f < re.size(); ++f) {
    EXPECT_NEAR(re[f], f == (1 * kH + 3) * kW + 7 ? double(kD * kH * kW) : 0, 1e-12) << f;
    EXPECT_NEAR(im[f], 0, 1e-12) << f;
  }
}

TEST(Fft, RefusesNoPoints) { EXPECT_THROW(Fft(0), Error); }

}  // namespace
}  // namespace tandem::equations
