// Gradients of a whole BatchNorm + activation + residual, put together from the kernels, against finite
// differences.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "unit/kernels/plain_batch_norm.h"

namespace tandem::kernels {
namespace {

constexpr double kEps = 1e-5;
using Doubles = std::vector<double>;

/// BatchNorm with batch statistics: x, gamma (in.scale), beta, residual -> loss = sum of y * dy.
struct WholeBatchNorm {
  WholeBatchNorm(const plain::Case<double>& in, Activation activation_, SimdLevel level_)
      : activation(activation_), level(level_), y(in.x.size()) {
    const std::int64_t channels = in.channels;
    Doubles sums(size_t(2 * channels));
    channel_sums(in.x.data(), in.pixels, channels, sums.data(), level);
    for (std::int64_t c = 0; c < channels; ++c) {
      mean.push_back(sums[size_t(c)] / double(in.pixels));
      const double variance = sums[size_t(channels + c)] / double(in.pixels) - mean.back() * mean.back();
      inverse_std.push_back(1 / std::sqrt(variance + kEps));
      scale.push_back(in.scale[size_t(c)] * inverse_std.back());
    }
    normalise(in.x.data(), in.residual.data(), mean.data(), scale.data(), in.beta.data(), activation,
              in.pixels, channels, y.data(), level);
    for (size_t i = 0; i < y.size(); ++i) loss += y[i] * in.dy[i];
  }

  /// Gradients of the loss; y = gamma * (x - mean) / std + beta + residual in front of the activation.
  void backward(const plain::Case<double>& in) {
    const std::int64_t channels = in.channels;
    Doubles sums(size_t(2 * channels)), a, b, c;
    dx.resize(y.size()), dresidual.resize(y.size());
    backward_sums(in.dy.data(), y.data(), in.x.data(), mean.data(), activation, in.pixels, channels,
                  sums.data(), dresidual.data(), {}, level);
    for (size_t k = 0; k < size_t(channels); ++k) {
      const double products = sums[size_t(channels) + k], n = double(in.pixels);
      dbeta.push_back(sums[k]);
      dgamma.push_back(products * inverse_std[k]);
      a.push_back(scale[k]);
      b.push_back(-scale[k] * inverse_std[k] * inverse_std[k] * products / n);
      c.push_back(-scale[k] * sums[k] / n);
    }
    backward_apply<double>(dresidual.data(), nullptr, in.x.data(), mean.data(), a.data(), b.data(), c.data(),
                           Activation::None, in.pixels, channels, dx.data(), {}, level);
  }

  Activation activation;
  SimdLevel level;
  Doubles mean, inverse_std, scale, y;
  double loss = 0;
  Doubles dx, dresidual, dgamma, dbeta;
};

/// Central differences of the loss for some values of one input.
void expect_gradient(const plain::Case<double>& in, const WholeBatchNorm& at,
                     Doubles plain::Case<double>::*input, const Doubles& gradient) {
  constexpr double kStep = 1e-6;
  ASSERT_EQ((in.*input).size(), gradient.size());
  for (size_t i = 0; i < gradient.size(); i += 1 + gradient.size() / 40) {
    auto more = in, less = in;
    (more.*input)[i] += kStep, (less.*input)[i] -= kStep;
    const double difference = (WholeBatchNorm(more, at.activation, at.level).loss -
                               WholeBatchNorm(less, at.activation, at.level).loss) /
                              (2 * kStep);
    ASSERT_NEAR(gradient[i], difference, 1e-7 * (1 + std::abs(difference))) << "at " << i;
  }
}

TEST(BatchNormGradient, EqualsFiniteDifferences) {
  const plain::Case<double> in(53, 20);
  for (const auto level : {SimdLevel::Portable, SimdLevel::Avx2, SimdLevel::Avx512})
    for (const auto activation : {Activation::None, Activation::ReLU, Activation::LeakyReLU}) {
      if (!is_supported(level)) continue;
      SCOPED_TRACE(testing::Message() << name_of(level) << ", activation " << int(activation));
      WholeBatchNorm whole(in, activation, level);
      whole.backward(in);
      expect_gradient(in, whole, &plain::Case<double>::x, whole.dx);
      expect_gradient(in, whole, &plain::Case<double>::residual, whole.dresidual);
      expect_gradient(in, whole, &plain::Case<double>::scale, whole.dgamma);
      expect_gradient(in, whole, &plain::Case<double>::beta, whole.dbeta);
    }
}

}  // namespace
}  // namespace tandem::kernels
