// Milliseconds and GB/s of the BatchNorm kernels at the sizes of a training step, for every level, beside
// plain copies in the same run: batch_norm_benchmark [threads] [rounds]
#include <omp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "base/timer.h"
#include "kernels/batch_norm_kernels.h"

using namespace tandem;
using namespace tandem::kernels;

namespace {

struct Arm {
  std::string name;
  int arrays;  ///< read or written, each of the full size
  std::function<void()> run;
  std::vector<double> seconds;
};

using Floats = std::vector<float>;

struct Arrays {
  explicit Arrays(std::int64_t pixels, std::int64_t channels)
      : x(size_t(pixels * channels)),
        residual(x),
        y(x),
        dy(x),
        out(x),
        ones(size_t(channels), 1.0),
        sums(size_t(2 * channels)) {
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] = float(i * 2654435761u % 1000) / 500 - 1, y[i] = float(i * 40503u % 1000) / 500 - 1;
      dy[i] = float(i * 69069u % 1000) / 500 - 1, residual[i] = y[i];
    }
  }
  Floats x, residual, y, dy, out;
  std::vector<double> ones, sums;
};

void copy_on_threads(const Floats& from, Floats& to) {
#pragma omp parallel
  {
    const size_t threads = size_t(omp_get_num_threads()), me = size_t(omp_get_thread_num());
    const size_t first = from.size() * me / threads, last = from.size() * (me + 1) / threads;
    std::memcpy(&to[first], &from[first], (last - first) * sizeof(float));
  }
}

void add_level(std::vector<Arm>& arms, Arrays& m, std::int64_t p, std::int64_t c, SimdLevel level) {
  const double* v = m.ones.data();
  const float *x = m.x.data(), *y = m.y.data(), *dy = m.dy.data(), *residual = m.residual.data();
  float* out = m.out.data();
  double* sums = m.sums.data();
  const auto leaky = Activation::LeakyReLU, none = Activation::None;
  const float* no = nullptr;
  const ForwardScale same{v, v};
  const auto arm = [&](const char* name, int arrays, std::function<void()> run) {
    arms.push_back({std::string(name_of(level)) + " " + name, arrays, std::move(run), {}});
  };
  arm("channel_sums", 1, [=] { channel_sums(x, p, c, sums, level); });
  arm("normalise", 2, [=] { normalise(x, no, v, v, v, leaky, p, c, out, level); });
  arm("normalise, residual", 3, [=] { normalise(x, residual, v, v, v, leaky, p, c, out, level); });
  arm("backward_sums from x", 2, [=] { backward_sums(dy, no, x, v, leaky, p, c, sums, {}, same, level); });
  arm("backward_sums from y", 3, [=] { backward_sums(dy, y, x, v, leaky, p, c, sums, {}, {}, level); });
  arm("backward_sums, residual", 4, [=] { backward_sums(dy, y, x, v, leaky, p, c, sums, out, {}, level); });
  arm("backward_apply from x", 3,
      [=] { backward_apply(dy, no, x, v, v, v, v, leaky, p, c, out, same, level); });
  arm("backward_apply from y", 4, [=] { backward_apply(dy, y, x, v, v, v, v, leaky, p, c, out, {}, level); });
  arm("backward_apply from g", 3, [=] { backward_apply(dy, no, x, v, v, v, v, none, p, c, out, {}, level); });
}

void measure(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w, int rounds) {
  const std::int64_t pixels = n * h * w;
  Arrays arrays(pixels, c);
  std::vector<Arm> arms;
  arms.push_back({"memcpy", 2, [&] { copy_on_threads(arrays.x, arrays.out); }, {}});
  for (const auto level : {SimdLevel::Avx512, SimdLevel::Avx2, SimdLevel::Portable})
    if (is_supported(level)) add_level(arms, arrays, pixels, c, level);
  for (int round = -1; round < rounds; ++round)  // interleaved: other programs disturb all arms alike
    for (auto& arm : arms) {
      const Timer timer;
      arm.run();
      if (round >= 0) arm.seconds.push_back(timer.seconds());
    }
  std::printf("\n[%ld,%ld,%ld,%ld] float, %.1f MB an array, %d threads\n", long(n), long(c), long(h), long(w),
              4e-6 * double(pixels * c), omp_get_max_threads());
  for (auto& arm : arms) {
    std::sort(arm.seconds.begin(), arm.seconds.end());
    const double median = arm.seconds[arm.seconds.size() / 2], bytes = 4.0 * double(pixels * c) * arm.arrays;
    std::printf("  %-34s %8.3f ms (least %8.3f)  %6.1f GB/s\n", arm.name.c_str(), 1e3 * median,
                1e3 * arm.seconds.front(), 1e-9 * bytes / median);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) omp_set_num_threads(std::max(1, std::atoi(argv[1])));
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 21;
  measure(20, 16, 192, 192, rounds);
  measure(20, 32, 96, 96, rounds);
  measure(20, 64, 48, 48, rounds);
  measure(20, 128, 12, 12, rounds);
}
