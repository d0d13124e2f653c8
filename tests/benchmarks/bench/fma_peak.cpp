// Compiled without LibTorch and once per level: twelve independent sums hide the latency of the
// multiply-adds.
#include <omp.h>

#include <algorithm>

#include "base/timer.h"
#include "bench/flop_count.h"
#include "kernels/simd_level.h"

namespace tandem::bench {
namespace {

constexpr int kSums = 12;
constexpr long kRounds = 20'000'000;

template <int kBytes>
struct Vectors {
  typedef float Lane __attribute__((vector_size(kBytes)));
};

template <class Lane>
__attribute__((always_inline)) inline float add_up() {
  Lane sums[kSums] = {}, a = {}, b = {};
  a += 0.999F, b += 0.001F;
  for (int i = 0; i < kSums; ++i) sums[i] += float(i);  // equal sums would be worked out once for all
  // Unrolled, so that the sums stay in registers. No barrier for memory: it would write them out each round.
  for (long round = 0; round < kRounds; ++round)
#pragma GCC unroll 12
    for (int i = 0; i < kSums; ++i) sums[i] = sums[i] * a + b;
  float total = 0;
  for (const auto& sum : sums) total += sum[0];
  return total;
}

#if defined(__x86_64__)
__attribute__((target("avx512f,fma"), optimize("O3", "unroll-loops"))) float run_avx512() {
  return add_up<Vectors<64>::Lane>();
}
__attribute__((target("avx2,fma"), optimize("O3", "unroll-loops"))) float run_avx2() {
  return add_up<Vectors<32>::Lane>();
}
#endif
float run_portable() { return add_up<Vectors<16>::Lane>(); }

}  // namespace

double measured_fma_peak(int threads) {
  using kernels::SimdLevel;
  float (*run)() = run_portable;
  int lanes = 4;
#if defined(__x86_64__)
  const auto level = kernels::best_simd_level();
  if (level == SimdLevel::Avx512) run = run_avx512, lanes = 16;
  if (level == SimdLevel::Avx2) run = run_avx2, lanes = 8;
#endif
  double best = 0;
  float sink = 0;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const Timer timer;
#pragma omp parallel num_threads(threads) reduction(+ : sink)
    sink += run();
    const double flop = 2.0 * kSums * lanes * double(kRounds) * threads;
    best = std::max(best, flop / timer.seconds());
  }
  return sink > 0 ? best : 0;
}

}  // namespace tandem::bench
