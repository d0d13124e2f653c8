// Processor milliseconds for one augmented training slice of 256 x 216 pixels, the usual size at 1.37 mm:
// mean of 200 draws.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "augment/training_policy.h"
#include "bench/synthetic_slice.h"
#include "training/batch_loader.h"

using namespace tandem;
using bench::heart;

namespace {

/// Time this process has run, which other programs on the machine do not stretch.
double processor_seconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

int main() {
  constexpr int kDraws = 200;
  const augment::AugmentConfig config;
  const auto pair = heart(256, 216);
  double total = 0, drawing = 0, with_elastic = 0;
  int elastic = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double start = processor_seconds();
    RandomStream random({1, Purpose::Augmentation, 0, 0, std::uint32_t(i)});
    const auto draw = augment::draw_policy(config, random, pair.image.rows, pair.image.columns);
    drawing += processor_seconds() - start;
    const auto out = augment::augment(pair, draw, config);
    const double seconds = processor_seconds() - start;
    total += seconds;
    if (draw.elastic) with_elastic += seconds, ++elastic;
    if (out.image.values.empty()) return 1;
  }
  std::printf("augmented slice 256 x 216: mean %.2f ms of %d draws (drawing %.2f ms)\n", 1e3 * total / kDraws,
              kDraws, 1e3 * drawing / kDraws);
  std::printf("with elastic deformation: %.2f ms (%d draws); without: %.2f ms\n",
              1e3 * with_elastic / elastic, elastic, 1e3 * (total - with_elastic) / (kDraws - elastic));

  // As the loader's threads do it: whole batches, without originals.
  data::Case stack;
  stack.id = "benchmark_ES", stack.frame = "ES";
  stack.image = {20, pair.image.rows, pair.image.columns};
  stack.label.emplace(20, pair.image.rows, pair.image.columns);
  for (std::int64_t s = 0; s < 20; ++s) {
    std::copy(pair.image.values.begin(), pair.image.values.end(), stack.image.slice(s).begin());
    std::copy(pair.label.values.begin(), pair.label.values.end(), stack.label->slice(s).begin());
  }
  const data::SliceDataset dataset(std::vector<data::Case>{std::move(stack)});
  const training::LoaderConfig loading{.batch_size = 20, .keep_orig_pairs = false, .seed = 1, .threads = 1};
  const double start = processor_seconds();
  for (int epoch = 0; epoch < kDraws / 20; ++epoch)
    if (training::make_batch(dataset, config, loading, epoch, 0).n != 20) return 1;
  std::printf("in batches of 20: mean %.2f ms a slice\n", 1e3 * (processor_seconds() - start) / kDraws);
}
