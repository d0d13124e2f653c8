#include <ATen/ATen.h>
#include <fmt/format.h>

#include <numeric>

#include "base/console.h"
#include "bench/arms.h"
#include "bench/synthetic_slice.h"
#include "model/initialization.h"

namespace tandem::bench {
namespace {

/// Slices with a heart, each shifted and shaded by its own draw: [N,1,64,64] and labels.
training::StepInputs hearts(std::uint32_t step, std::int64_t batch, model::Formulation formulation) {
  constexpr std::int64_t kSide = 64;
  const auto pair = heart(kSide, kSide);
  auto x = at::empty({batch, 1, kSide, kSide}), y = at::empty({batch, kSide, kSide}, at::kLong);
  for (std::int64_t n = 0; n < batch; ++n) {
    RandomStream random({9, Purpose::Test, 0, step, std::uint32_t(n)});
    const auto image =
        at::from_blob(const_cast<float*>(pair.image.values.data()), {kSide, kSide}, at::kFloat);
    const auto label =
        at::from_blob(const_cast<std::uint8_t*>(pair.label.values.data()), {kSide, kSide}, at::kByte);
    const std::array<std::int64_t, 2> shift = {random.integer(-8, 8), random.integer(-8, 8)};
    x[n][0] = (image * (0.7 + 0.6 * random.uniform())).roll(shift, {0, 1}).clamp(0, 1);
    y[n] = label.roll(shift, {0, 1}).to(at::kLong);
  }
  return {x.contiguous(at::MemoryFormat::ChannelsLast), y, {}, formulation};
}

/// Total loss of every step of a small cooperative training.
std::vector<double> train(std::uint64_t seed, model::Formulation formulation, int steps, std::int64_t batch) {
  model::Networks net({});
  model::initialise(net, seed);
  net.to(at::kCPU, at::kFloat);
  training::Adam adam(net.parameters(), 1e-3, 0.9, 0.999, 1e-8);
  std::vector<std::uint32_t> ids(static_cast<size_t>(batch));
  std::iota(ids.begin(), ids.end(), 0U);
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    const auto in = hearts(std::uint32_t(step), batch, formulation);
    const auto draws = training::draw_step({}, {seed, 0, std::uint32_t(step)}, ids, in.x.sizes());
    const auto terms = training::train_step(net, adam, /*reducer=*/nullptr, in, draws, {}, {});
    const auto total = std::ranges::find(training::kLossNames, "total") - training::kLossNames.begin();
    losses.push_back(terms[total].item<double>());
  }
  return losses;
}

}  // namespace

void compare_curves(int steps, std::int64_t batch) {
  constexpr int kParts = 8;
  std::vector<std::vector<double>> curves;
  for (const std::uint64_t seed : {1, 2})
    for (const auto form : {model::Formulation::Optimised, model::Formulation::Reference})
      curves.push_back(train(seed, form, steps, batch));
  console::result("mean total loss     seed 1 opt.  seed 1 ref.  seed 2 opt.  seed 2 ref.");
  for (int part = 0; part < kParts; ++part) {
    const int first = steps * part / kParts, end = steps * (part + 1) / kParts;
    std::string line = fmt::format("steps {:>4} to {:>4}", first + 1, end);
    for (const auto& curve : curves)
      line += fmt::format(" {:>12.4f}",
                          std::accumulate(curve.begin() + first, curve.begin() + end, 0.0) / (end - first));
    console::result(line);
  }
}

}  // namespace tandem::bench
