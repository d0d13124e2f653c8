#include "kernels/weight_gradient.h"

#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "support/expect_error.h"

namespace tandem::kernels {
namespace {

std::vector<float> values(std::int64_t count, std::uint32_t sample) {
  RandomStream random({3, Purpose::Test, 0, 0, sample});
  std::vector<float> all(static_cast<size_t>(count));
  for (auto& v : all) v = float(random.uniform(-1, 1));
  return all;
}

struct Images {
  explicit Images(const TapGeometry& g_)
      : g(g_), a(values(g.n * g.h * g.w * g.m, 1)), b(values(g.n * g.b_h * g.b_w * g.c, 2)) {}

  /// The definition, one sum after the other.
  double expected(std::int64_t m, std::int64_t i, std::int64_t j, std::int64_t c) const {
    double sum = 0;
    for (std::int64_t n = 0; n < g.n; ++n)
      for (std::int64_t h = 0; h < g.h; ++h)
        for (std::int64_t w = 0; w < g.w; ++w) {
          const auto y = h * g.stride + i - g.padding, x = w * g.stride + j - g.padding;
          if (y < 0 || x < 0 || y >= g.b_h || x >= g.b_w) continue;
          sum += double(a[size_t(((n * g.h + h) * g.w + w) * g.m + m)]) *
                 double(b[size_t(((n * g.b_h + y) * g.b_w + x) * g.c + c)]);
        }
    return sum;
  }
  std::vector<float> gradient(SimdLevel level) const {
    std::vector<float> out(size_t(g.m * g.kernel * g.kernel * g.c), NAN);
    weight_gradient(a.data(), b.data(), g, out.data(), level);
    return out;
  }

  TapGeometry g;
  std::vector<float> a, b;
};

class WeightGradient : public testing::TestWithParam<SimdLevel> {
 protected:
  void SetUp() override {
    if (!is_supported(GetParam())) GTEST_SKIP() << "this processor cannot run " << name_of(GetParam());
  }
};
INSTANTIATE_TEST_SUITE_P(Levels, WeightGradient,
                         testing::Values(SimdLevel::Portable, SimdLevel::Avx2, SimdLevel::Avx512),
                         [](const auto& level) { return name_of(level.param); });

TEST_P(WeightGradient, IsTheSumOfItsDefinition) {
  const std::vector<TapGeometry> geometries = {
      {2, 5, 7, 3, 5, 7, 16, 3, 1, 1},      // several short rows in a panel
      {1, 3, 100, 2, 3, 100, 16, 3, 1, 1},  // rows longer than a panel
      {2, 4, 6, 9, 8, 12, 48, 3, 2, 1},     // stride
      {1, 5, 5, 16, 9, 9, 32, 3, 2, 1},     // ... of an odd image
      {2, 6, 5, 5, 12, 10, 16, 4, 2, 1},    // a transposed convolution that doubles
      {1, 6, 5, 4, 12, 10, 16, 2, 2, 0},    // ... without padding
      {1, 49, 1, 8, 49, 1, 32, 1, 1, 0},    // one tap
      {1, 3, 50, 1, 6, 100, 16, 1, 2, 0}};  // ... with stride
  for (const auto& g : geometries) {
    SCOPED_TRACE(testing::Message() << g.h << " x " << g.w << ", kernel " << g.kernel << ", stride "
                                    << g.stride);
    const Images images(g);
    const auto result = images.gradient(GetParam());
    size_t at = 0;
    for (std::int64_t m = 0; m < g.m; ++m)
      for (std::int64_t i = 0; i < g.kernel; ++i)
        for (std::int64_t j = 0; j < g.kernel; ++j)
          for (std::int64_t c = 0; c < g.c; ++c)
            ASSERT_NEAR(result[at++], images.expected(m, i, j, c), 2e-5)
                << m << " " << i << " " << j << " " << c;
  }
}

TEST_P(WeightGradient, HasTheSameBitsOnAnyNumberOfThreads) {
  const Images images({3, 40, 40, 16, 40, 40, 16, 3, 1, 1});
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  const auto one = images.gradient(GetParam());
  for (const int threads : {2, 3, 7}) {
    omp_set_num_threads(threads);
    EXPECT_EQ(images.gradient(GetParam()), one) << threads << " threads";
  }
  omp_set_num_threads(before);
}

TEST(WeightGradients, NeedChannelsInPieces) {
  const Images images({1, 4, 4, 2, 4, 4, 12, 3, 1, 1});
  EXPECT_FALSE(has_weight_gradient(images.g.c));
  test::expect_error([&] { images.gradient(SimdLevel::Portable); }, "multiples of 16, not 12");
}

}  // namespace
}  // namespace tandem::kernels
