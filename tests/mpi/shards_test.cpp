// deterministic = "shards": the same bits on every number of ranks that divides the number of shards.
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

TEST(Shards, TwentyCooperativeStepsHaveTheSameBitsOnAnyNumberOfRanks) {
  const auto self = comm::make_self_communicator();
  SmallTraining alone(*self, setting()), together(*ranks(), setting());
  for (std::uint32_t step = 0; step < 20; ++step) {
    const auto expected = alone.step(step), terms = together.step(step);
    ASSERT_TRUE(at::equal(expected, terms)) << "losses of step " << step;
    ASSERT_EQ(state_hash(together), state_hash(alone)) << "after step " << step;
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
