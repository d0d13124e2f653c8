#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "comm/communicator.h"

namespace tandem::parallel {

class ShardLeaves;

/// The rows of a global batch that one rank computes, and with whom it shares the rest. A default object is a
/// batch of which this process has all rows.
///
/// With `leaves` set (deterministic = "shards") every operation whose rounding depends on its shape runs on
/// one shard at a time, and every sum over rows goes through one binary tree: local shards first, ranks
/// above.
struct BatchPart {
  std::int64_t samples = 0;                  ///< rows of the global batch; 0 = what is here
  std::vector<std::int64_t> shards;          ///< rows of each local shard, one after the other along N
  comm::Communicator* ranks = nullptr;       ///< those that share the batch; null = this process alone
  comm::Communicator* statistics = nullptr;  ///< those whose rows share BatchNorm statistics
  std::int64_t statistics_samples = 0;       ///< rows on `statistics` together
  const ShardLeaves* leaves = nullptr;       ///< one gradient per shard; null = not deterministic

  comm::Order order() const { return leaves ? comm::Order::Tree : comm::Order::Fast; }
};

/// Rows of a tensor whose first dimension is N that belong to the global batch. @param part may be null
std::int64_t samples_of(const BatchPart* part, const at::Tensor& x);
/// The same for the rows that share BatchNorm statistics.
std::int64_t statistics_samples_of(const BatchPart* part, const at::Tensor& x);

/// f on each local shard of x, put together again along N; f(x) if there is one. @param part may be null
at::Tensor per_shard(const BatchPart* part, const at::Tensor& x,
                     const std::function<at::Tensor(const at::Tensor& rows)>& f);
/// The same for two tensors that are cut alike.
at::Tensor per_shard(const BatchPart* part, const at::Tensor& x, const at::Tensor& y,
                     const std::function<at::Tensor(const at::Tensor& x, const at::Tensor& y)>& f);
/// f on each local shard, the results stacked: [S,...], S = 1 if there is one.
at::Tensor stack_shards(const BatchPart* part, const at::Tensor& x,
                        const std::function<at::Tensor(const at::Tensor& rows)>& f);
at::Tensor stack_shards(const BatchPart* part, const at::Tensor& x, const at::Tensor& y,
                        const std::function<at::Tensor(const at::Tensor& x, const at::Tensor& y)>& f);

/// Sum over the first dimension by a binary tree of neighbours: [S,...] -> [...]; S a power of two.
at::Tensor tree_sum(const at::Tensor& per_shard);
/// Sums a contiguous tensor over ranks in place; collective. @param ranks null: nothing to do
void sum_over(comm::Communicator* ranks, at::Tensor& tensor, comm::Order order);
/// The memory of a contiguous float32 or float64 tensor.
comm::Buffer buffer_of(const at::Tensor& tensor);

}  // namespace tandem::parallel
