// deterministic = "shards": the same bits on every number of ranks that divides the number of shards.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "mpi/training_fixture.h"
#include "support/ranks.h"

namespace tandem::test {
namespace {

SmallTraining::Setting setting() {
  SmallTraining::Setting s;
  s.type = at::kFloat;
  s.parallel.deterministic = parallel::Deterministic::Shards;
  s.parallel.shards = 4;
  s.items = 5;  // parts of unequal size
  return s;
}

/// A hash of weights, buffers and Adam's state.
std::uint64_t state_hash(SmallTraining& training) {
  std::uint64_t hash = 0;
  const auto mix = [&](const at::Tensor& t) { hash = hash * 1099511628211ULL + parallel::hash_of(t); };
  for (const auto& [name, tensor] : tensors_of(training.net)) mix(tensor);
  for (const auto* list : {&training.adam.first_moment, &training.adam.second_moment})
    for (const auto& tensor : *list) mix(tensor);
  return hash;
}

/// Names of the tensors that differ, for a message.
std::string differences(SmallTraining& a, SmallTraining& b) {
  std::string text;
  const auto left = tensors_of(a.net), right = tensors_of(b.net);
  for (size_t i = 0; i < left.size(); ++i)
    if (parallel::hash_of(left[i].second) != parallel::hash_of(right[i].second))
      text += fmt::format("{} by up to {}\n", left[i].first,
                          (left[i].second - right[i].second).abs().max().item<double>());
  return text;
}

TEST(Shards, TwentyCooperativeStepsHaveTheSameBitsOnAnyNumberOfRanks) {
  const auto self = comm::make_self_communicator();
  SmallTraining alone(*self, setting()), together(*ranks(), setting());
  for (std::uint32_t step = 0; step < 20; ++step) {
    const auto expected = alone.step(step), terms = together.step(step);
    ASSERT_TRUE(at::equal(expected, terms)) << "losses of step " << step;
    ASSERT_EQ(state_hash(together), state_hash(alone)) << "after step " << step << "\n"
                                                       << differences(together, alone);
  }
}

TEST(Shards, ImageSpaceAugmentationsHaveTheSameBitsOnAnyNumberOfRanks) {
  using augment::ImageMethod;
  const auto self = comm::make_self_communicator();
  auto one = setting();
  one.latent.latent_DA = false;
  for (const auto method : {ImageMethod::MultiWindow, ImageMethod::RandomConvolution,
                            ImageMethod::AdversarialNoise, ImageMethod::AdversarialBias}) {
    one.image.da.method = method;
    SmallTraining alone(*self, one), together(*ranks(), one);
    for (std::uint32_t step = 0; step < 3; ++step) {
      const auto expected = alone.step(step), terms = together.step(step);
      ASSERT_TRUE(at::equal(expected, terms)) << "losses of step " << step << expected << terms;
      ASSERT_EQ(state_hash(together), state_hash(alone))
          << one.image.method_name() << " after step " << step << "\n"
          << differences(together, alone);
    }
  }
}

TEST(Shards, ConvolutionsInBfloat16HaveTheSameBitsOnAnyNumberOfRanksToo) {
  const auto self = comm::make_self_communicator();
  auto rounded = setting();
  rounded.convolutions = model::Precision::BFloat16;
  SmallTraining alone(*self, rounded), together(*ranks(), rounded), full(*self, setting());
  for (std::uint32_t step = 0; step < 3; ++step) {
    const auto expected = alone.step(step), terms = together.step(step), near = full.step(step);
    ASSERT_TRUE(at::equal(expected, terms)) << "losses of step " << step << expected << terms;
    ASSERT_EQ(state_hash(together), state_hash(alone)) << "after step " << step << "\n"
                                                       << differences(together, alone);
    EXPECT_TRUE(step > 0 || at::allclose(terms, near, /*rtol=*/0.15, /*atol=*/0)) << terms << near;
  }
  EXPECT_NE(state_hash(alone), state_hash(full)) << "nothing was rounded";
}

TEST(Shards, RanksWithoutRowsKeepTheBitsToo) {
  const auto self = comm::make_self_communicator();
  auto few = setting();
  few.items = 2;
  SmallTraining alone(*self, few), together(*ranks(), few);
  for (std::uint32_t step = 0; step < 4; ++step) {
    const auto expected = alone.step(step), terms = together.step(step);
    EXPECT_TRUE(at::equal(expected, terms)) << "losses of step " << step << expected << terms;
    ASSERT_EQ(state_hash(together), state_hash(alone)) << "after step " << step << "\n"
                                                       << differences(together, alone);
  }
}

TEST(Shards, ADifferentNumberOfShardsIsNotTheSameBits) {
  const auto self = comm::make_self_communicator();
  auto other = setting();
  other.parallel.shards = 8;
  SmallTraining four(*self, setting()), eight(*self, other);
  four.step(0), eight.step(0);
  EXPECT_NE(state_hash(four), state_hash(eight));
}

}  // namespace
}  // namespace tandem::test
