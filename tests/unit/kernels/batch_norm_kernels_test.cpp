// The BatchNorm kernels against a plain formulation, at every level of vector instructions.
#include "kernels/batch_norm_kernels.h"

#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "support/expect_error.h"
#include "unit/kernels/plain_batch_norm.h"

namespace tandem::kernels {
namespace {

constexpr Activation kActivations[] = {Activation::None, Activation::ReLU, Activation::LeakyReLU};

/// Pixels and channels: the networks', odd ones, none at all, and several blocks with an incomplete last one.
constexpr std::pair<std::int64_t, std::int64_t> kShapes[] = {
    {0, 16}, {1, 1},    {1, 3},  {7, 20},   {13, 16},   {33, 4},    {130, 32},  {61, 64},
    {29, 1}, {37, 128}, {11, 5}, {6000, 3}, {2500, 16}, {40000, 1}, {1801, 20}, {521, 127}};

std::vector<SimdLevel> levels() {
  std::vector<SimdLevel> out;
  for (const auto level : {SimdLevel::Portable, SimdLevel::Avx2, SimdLevel::Avx512})
    if (is_supported(level)) out.push_back(level);
  return out;
}

/// An array to be written, with a margin that must stay as it is.
template <class T>
class Output {
 public:
  explicit Output(std::int64_t size) : size_(size_t(size)), values_(size_ + 64, kUntouched) {}
  T* data() { return values_.data(); }
  std::vector<T> values() const {
    for (size_t i = size_; i < values_.size(); ++i)
      EXPECT_EQ(values_[i], kUntouched) << "written past the end";
    return {values_.begin(), values_.begin() + std::ptrdiff_t(size_)};
  }

 private:
  static constexpr T kUntouched = T(1234.5);
  size_t size_;
  std::vector<T> values_;
};

template <class Got>
void expect_close(const std::vector<Got>& got, const std::vector<plain::Value>& expected, double relative) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_LE(std::abs(got[i] - expected[i].value), relative * expected[i].size) << "at " << i;
}

template <class T>
std::vector<T> normalise(const plain::Case<T>& in, bool with_residual, Activation activation,
                         SimdLevel level) {
  Output<T> y(in.size());
  kernels::normalise<T>(in.x.data(), with_residual ? in.residual.data() : nullptr, in.mean.data(),
                        in.scale.data(), in.beta.data(), activation, in.pixels, in.channels, y.data(), level);
  return y.values();
}

template <class T>
struct Backward {
  std::vector<double> sums;
  std::vector<T> residual_gradient, dx;
};

/// Both backward kernels; y may be null.
template <class T>
Backward<T> backward(const plain::Case<T>& in, const T* y, bool with_residual, Activation activation,
                     ForwardScale forward, SimdLevel level) {
  Output<double> sums(2 * in.channels);
  Output<T> g(with_residual ? in.size() : 0), dx(in.size());
  kernels::backward_sums<T>(in.dy.data(), y, in.x.data(), in.mean.data(), activation, in.pixels, in.channels,
                            sums.data(), with_residual ? g.data() : nullptr, forward, level);
  kernels::backward_apply<T>(in.dy.data(), y, in.x.data(), in.mean.data(), in.a.data(), in.b.data(),
                             in.c.data(), activation, in.pixels, in.channels, dx.data(), forward, level);
  return {sums.values(), g.values(), dx.values()};
}

template <class T>
class BatchNormKernels : public testing::Test {
 protected:
  static constexpr double kEps = std::numeric_limits<T>::epsilon();

  template <class Check>
  void for_levels_and_shapes(Check check) {
    for (const auto level : levels())
      for (const auto& [pixels, channels] : kShapes) {
        SCOPED_TRACE(testing::Message()
                     << name_of(level) << ", " << pixels << " pixels, " << channels << " channels");
        check(level, plain::Case<T>(pixels, channels));
        if (this->HasFatalFailure()) return;
      }
  }
};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(BatchNormKernels, Types);

TYPED_TEST(BatchNormKernels, ChannelSumsAreAddedInDouble) {
  this->for_levels_and_shapes([](SimdLevel level, const plain::Case<TypeParam>& in) {
    Output<double> sums(2 * in.channels);
    channel_sums(in.x.data(), in.pixels, in.channels, sums.data(), level);
    expect_close(sums.values(), plain::channel_sums(in), 1e-14);
  });
}

TYPED_TEST(BatchNormKernels, NormaliseFollowsThePlainForm) {
  this->for_levels_and_shapes([](SimdLevel level, const plain::Case<TypeParam>& in) {
    for (const bool with_residual : {false, true}) {
      const auto expected = plain::normalised(in, with_residual);
      for (const auto activation : kActivations) {
        const auto y = normalise(in, with_residual, activation, level);
        auto activated = expected;
        for (auto& v : activated) v.value = plain::activated(activation, v.value);
        expect_close(y, activated, 4 * TestFixture::kEps);
      }
    }
  });
}

TYPED_TEST(BatchNormKernels, BackwardFollowsThePlainForm) {
  this->for_levels_and_shapes([](SimdLevel level, const plain::Case<TypeParam>& in) {
    for (const bool with_residual : {false, true})
      for (const auto activation : kActivations) {
        const auto y = normalise(in, with_residual, activation, level);
        const auto g = plain::gradients(in, activation, y);
        const auto got = backward(in, y.data(), with_residual, activation, {}, level);
        expect_close(got.sums, plain::backward_sums(in, g), 1e-14);
        expect_close(got.dx, plain::backward_applied(in, g), 4 * TestFixture::kEps);
        EXPECT_EQ(got.residual_gradient, with_residual ? g : std::vector<TypeParam>());
      }
  });
}

TYPED_TEST(BatchNormKernels, BackwardWithoutTheResultMakesTheSameSigns) {
  this->for_levels_and_shapes([](SimdLevel level, const plain::Case<TypeParam>& in) {
    for (const auto activation : kActivations) {
      const auto y = normalise(in, false, activation, level);
      const auto from_y = backward(in, y.data(), true, activation, {}, level);
      const auto from_x =
          backward<TypeParam>(in, nullptr, true, activation, {in.scale.data(), in.beta.data()}, level);
      EXPECT_EQ(from_x.sums, from_y.sums);
      EXPECT_EQ(from_x.residual_gradient, from_y.residual_gradient);
      EXPECT_EQ(from_x.dx, from_y.dx);
    }
  });
}

TYPED_TEST(BatchNormKernels, ThreadsDoNotChangeABit) {
  const int before = omp_get_max_threads();
  for (const auto level : levels())
    for (const auto& [pixels, channels] :
         {std::pair<std::int64_t, std::int64_t>{30011, 3}, {20007, 16}, {2500, 64}}) {
      const plain::Case<TypeParam> in(pixels, channels);
      const auto all = [&](int threads) {
        omp_set_num_threads(threads);
        Output<double> sums(2 * channels);
        channel_sums(in.x.data(), pixels, channels, sums.data(), level);
        const auto y = normalise(in, true, Activation::LeakyReLU, level);
        const auto back = backward(in, y.data(), true, Activation::LeakyReLU, {}, level);
        return std::tuple(sums.values(), y, back.sums, back.residual_gradient, back.dx);
      };
      const auto one = all(1);
      EXPECT_EQ(all(2), one);
      EXPECT_EQ(all(3), one);
    }
  omp_set_num_threads(before);
}

TYPED_TEST(BatchNormKernels, AMeanFarFromZeroCostsNoAccuracy) {
  const plain::Case<TypeParam> in(500, 16, 1000.0);  // a mean rounded to float is off by up to 3e-5 here
  for (const auto level : levels()) {
    expect_close(normalise(in, false, Activation::None, level), plain::normalised(in, false),
                 4 * TestFixture::kEps);
    const auto dx = backward<TypeParam>(in, nullptr, false, Activation::None, {}, level).dx;
    expect_close(dx, plain::backward_applied(in, in.dy), 4 * TestFixture::kEps);
  }
}

TYPED_TEST(BatchNormKernels, ActivationsKeepNotANumber) {
  plain::Case<TypeParam> in(40, 16);
  in.x[5] = std::numeric_limits<TypeParam>::quiet_NaN();
  for (const auto level : levels())
    for (const auto activation : kActivations) {
      const auto y = normalise(in, false, activation, level);
      EXPECT_TRUE(std::isnan(y[5]));
      EXPECT_FALSE(std::isnan(y[6]));
    }
}

TYPED_TEST(BatchNormKernels, ZeroCountsAsNegative) {
  plain::Case<TypeParam> in(20, 16);
  const std::vector<TypeParam> y(in.x.size(), 0);
  for (const auto level : levels()) {
    const auto relu = backward(in, y.data(), true, Activation::ReLU, {}, level);
    EXPECT_EQ(relu.residual_gradient, y);
    const auto leaky = backward(in, y.data(), true, Activation::LeakyReLU, {}, level);
    EXPECT_EQ(leaky.residual_gradient[3], in.dy[3] * TypeParam(kLeakySlope));
  }
}

TYPED_TEST(BatchNormKernels, AnActivationNeedsItsSign) {
  plain::Case<TypeParam> in(2, 4);
  test::expect_error(
      [&] { backward<TypeParam>(in, nullptr, false, Activation::ReLU, {}, best_simd_level()); },
      "an activation's gradient needs y, or scale and beta", ExitCode::Failure);
}

TEST(SimdLevel, TheBestIsSupported) {
  EXPECT_TRUE(is_supported(SimdLevel::Portable));
  EXPECT_EQ(best_simd_level(), levels().back());
  EXPECT_STREQ(name_of(SimdLevel::Portable), "portable");
  EXPECT_STREQ(name_of(SimdLevel::Avx512), "avx512");
}

}  // namespace
}  // namespace tandem::kernels
