// The reference's cooperative step (tests/golden) by several ranks together: each computes its rows of the
// batch, and losses, gradients, BatchNorm buffers and weights after Adam are those of the whole batch.
#include <gtest/gtest.h>

#include "golden/cooperative_fixture.h"
#include "support/ranks.h"
#include "training/spread.h"

namespace tandem::test {
namespace {

constexpr double kNoiseSigma = 0.05;

/// Our rows of a tensor whose first dimension is the batch; the whole of others.
at::Tensor rows_of(const at::Tensor& all, std::int64_t first, std::int64_t rows) {
  return all.defined() && all.dim() > 0 ? all.slice(0, first, first + rows).contiguous() : all;
}

/// The golden batch as a loader would give it to this rank: its rows, and how the others have theirs.
training::Batch golden_batch(const parallel::ParallelConfig& config, std::int64_t samples) {
  const auto cut = training::cut_for(config, *ranks());
  training::Batch batch;
  batch.items = batch.samples = samples;
  for (auto part = cut.first; part < cut.first + cut.count; ++part) {
    batch.parts.push_back(training::first_item_of_part(samples, cut.parts, part + 1) -
                          training::first_item_of_part(samples, cut.parts, part));
    batch.n += batch.parts.back();
  }
  return batch;
}

/// The golden step on this job's ranks.
class GoldenStep {
 public:
  explicit GoldenStep(const parallel::ParallelConfig& config)
      : net(golden.networks(at::kDouble)),
        spread(*ranks(), config, net),
        adam(net.parameters(), 1e-4, 0.9, 0.999, 1e-8) {
    const auto whole = golden.inputs(at::kDouble);
    const auto batch = golden_batch(config, whole.x.size(0));
    const auto cut = training::cut_for(config, *ranks());
    const auto first = training::first_item_of_part(batch.items, cut.parts, cut.first);
    const auto rows = [&](const at::Tensor& all) { return rows_of(all, first, batch.n); };
    training::StepInputs in{rows(whole.x), rows(whole.y)};
    in.part = spread.part_of(batch);
    auto draws = golden.main_draws();
    for (auto* draw : {&draws.image, &draws.shape})
      draw->soft_u = rows(draw->soft_u), draw->keep = rows(draw->keep);
    // The reference added and clamped the noise in float32: what leads to its noisy image in float64.
    draws.noise = (rows(golden.noisy(at::kDouble)) - in.x) / kNoiseSigma;
    training::LossConfig loss;
    loss.input_noise_sigma = kNoiseSigma;
    terms = training::train_step(net, adam, spread.reducer(), in, draws, {}, loss);
  }

  Golden golden;
  model::Networks net;
  training::Spread spread;
  training::Adam adam;
  at::Tensor terms;  ///< [9], of the global batch
};

void expect_losses(const GoldenStep& step) {
  const std::vector<std::string> names = {
      "/standard/loss/ce_p",     "/standard/loss/rec",   "/standard/loss/ce_stn_p",
      "/standard/loss/ce_stn_y", "/hard/loss/ce_p",      "/hard/loss/rec",
      "/hard/loss/ce_stn_p",     "/hard/loss/ce_stn_pm", "/hard/total_loss"};
  ASSERT_GE(step.terms.numel(), std::int64_t(names.size())) << "those of the image baselines follow";
  for (size_t i = 0; i < names.size(); ++i)
    expect_close(step.terms[std::int64_t(i)], step.golden.tensor(names[i]).sum(), 1e-10, 0, names[i]);
}

void expect_gradients(GoldenStep& step) {
  std::map<std::string, size_t> position;  // of a parameter within its module's flags
  for (const auto& [key, p] : named_parameters(step.net)) {
    const auto flags = step.golden.file().read<std::uint8_t>("/null_gradient_bias/" + module_of(key));
    const bool null_gradient = flags.at(position[module_of(key)]++) != 0;
    const auto gradient = p.grad().defined() ? p.grad() : at::zeros_like(p);
    if (null_gradient)
      EXPECT_LE(gradient.abs().max().item<double>(), 1e-12) << key;
    else
      expect_stored(step.golden, gradient, "/hard/grad", key, 1e-7, 1e-15);
  }
}

void expect_state_after(GoldenStep& step) {
  step.net.visit([&](const std::string& key, at::Tensor& t, model::Role role) {
    const std::string bn = "/after_step/bn/" + key;
    if (!model::is_trained(role)) return expect_close(t, step.golden.tensor(bn), 1e-7, 1e-12, bn);
    expect_stored(step.golden, t, "/after_step/weights", key, 0, 1e-8 * std::sqrt(double(t.numel())));
  });
}

void expect_golden_step(const parallel::ParallelConfig& config) {
  GoldenStep step(config);
  expect_losses(step);
  expect_gradients(step);
  expect_state_after(step);
  step.spread.check_replicas();
}

TEST(GoldenStepOnRanks, IsTheReferences) { expect_golden_step({}); }

TEST(GoldenStepOnRanks, IsTheReferencesInShardsToo) {
  parallel::ParallelConfig config;
  config.deterministic = parallel::Deterministic::Shards;
  config.shards = 4;
  expect_golden_step(config);
}

}  // namespace
}  // namespace tandem::test
