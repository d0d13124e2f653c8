#include "comm/communicator.h"

#include <gtest/gtest.h>

#include <numeric>

#include "support/expect_error.h"
#include "support/ranks.h"

namespace tandem::comm {
namespace {

Communicator& world() { return *test::ranks(); }

bool power_of_two(int n) { return (n & (n - 1)) == 0; }

/// 0.1 (rank + 1) i: sums differ between orders in their last bits.
std::vector<float> values_of(int rank, int count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) values[size_t(i)] = 0.1F * float(rank + 1) * float(i);
  return values;
}

Buffer buffer_of(std::vector<float>& values) {
  return {values.data(), std::int64_t(values.size()), ElementType::Float32};
}

/// The sum of all ranks' values by a binary tree over ranks, computed here.
std::vector<float> tree_of_all(int count) {
  std::vector<std::vector<float>> level;
  for (int r = 0; r < world().size(); ++r) level.push_back(values_of(r, count));
  while (level.size() > 1) {
    std::vector<std::vector<float>> next;
    for (size_t i = 0; i < level.size(); i += 2) {
      for (size_t j = 0; j < level[i].size(); ++j) level[i][j] += level[i + 1][j];
      next.push_back(level[i]);
    }
    level = next;
  }
  return level[0];
}

TEST(Communicator, FastSumAgreesWithDoubleArithmetic) {
  auto values = values_of(world().rank(), 1000);
  world().all_reduce(buffer_of(values), Order::Fast);
  const int n = world().size();
  for (int i = 0; i < 1000; ++i) EXPECT_NEAR(values[size_t(i)], 0.1 * i * n * (n + 1) / 2, 1e-4 * i + 1e-6);
}

TEST(Communicator, TreeSumHasTheBitsOfABinaryTree) {
  auto values = values_of(world().rank(), 1000);
  if (!power_of_two(world().size())) {
    test::expect_error([&] { world().all_reduce(buffer_of(values), Order::Tree); }, "power of two");
    return;
  }
  world().all_reduce(buffer_of(values), Order::Tree);
  EXPECT_EQ(values, tree_of_all(1000));
}

TEST(Communicator, SumsBesideTheCallerKeepTheirOrderAndMixWithOthers) {
  std::vector<std::vector<float>> buckets;
  std::vector<std::unique_ptr<Work>> works;
  for (int b = 0; b < 8; ++b) buckets.push_back(values_of(world().rank(), 1000 * (b + 1)));
  for (auto& bucket : buckets) works.push_back(world().start_all_reduce(buffer_of(bucket), Order::Fast));
  double control = world().rank();
  world().host_all_reduce({&control, 1}, Op::Max);
  auto now = values_of(world().rank(), 10);
  world().all_reduce(buffer_of(now), Order::Fast);
  for (auto& work : works) work->wait();
  const int n = world().size();
  EXPECT_EQ(control, n - 1);
  EXPECT_NEAR(now[9], 0.9 * n * (n + 1) / 2, 1e-4);
  for (const auto& bucket : buckets) EXPECT_NEAR(bucket[999], 99.9 * n * (n + 1) / 2, 1e-2);
}

TEST(Communicator, TextsTravel) {
  const auto mine = std::string(size_t(world().rank()) * 3, char('a' + world().rank()));
  const auto all = world().host_gather(mine);
  ASSERT_EQ(int(all.size()), world().size());
  for (int r = 0; r < world().size(); ++r)
    EXPECT_EQ(all[size_t(r)], std::string(size_t(r) * 3, char('a' + r)));
  EXPECT_EQ(world().host_broadcast(world().is_leader() ? "news" : "", 0), "news");
}

TEST(Communicator, SplitsIntoGroups) {
  const auto group = world().split(world().rank() / 2);
  EXPECT_EQ(group->size(), std::min(2, world().size() - world().rank() / 2 * 2));
  double sum = world().rank();
  group->host_all_reduce({&sum, 1}, Op::Sum);
  const int first = world().rank() / 2 * 2;
  EXPECT_EQ(sum, group->size() == 2 ? 2 * first + 1 : first);
  EXPECT_EQ(world().split_by_node()->size(), world().size());
}

TEST(Communicator, BroadcastsTheRootsElements) {
  auto values = values_of(world().rank(), 5);
  world().broadcast(buffer_of(values), world().size() - 1);
  EXPECT_EQ(values, values_of(world().size() - 1, 5));
}

}  // namespace
}  // namespace tandem::comm
