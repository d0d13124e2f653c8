#include "parallel/batch_part.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace tandem::parallel {
namespace {

size_t shard_count(const BatchPart* part) { return part ? part->shards.size() : 0; }

std::vector<at::Tensor> cut(const BatchPart& part, const at::Tensor& x) {
  return x.split_with_sizes(part.shards, 0);
}

}  // namespace

std::int64_t samples_of(const BatchPart* part, const at::Tensor& x) {
  return part && part->samples > 0 ? part->samples : x.size(0);
}

std::int64_t statistics_samples_of(const BatchPart* part, const at::Tensor& x) {
  return part && part->statistics ? part->statistics_samples : x.size(0);
}

at::Tensor per_shard(const BatchPart* part, const at::Tensor& x,
                     const std::function<at::Tensor(const at::Tensor&)>& f) {
  return per_shard(part, x, x, [&](const at::Tensor& rows, const at::Tensor&) { return f(rows); });
}

at::Tensor per_shard(const BatchPart* part, const at::Tensor& x, const at::Tensor& y,
                     const std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>& f) {
  if (shard_count(part) <= 1) return f(x, y);
  const auto xs = cut(*part, x), ys = cut(*part, y);
  std::vector<at::Tensor> results;
  for (size_t s = 0; s < xs.size(); ++s) results.push_back(f(xs[s], ys[s]));
  return at::cat(results, 0);
}

at::Tensor stack_shards(const BatchPart* part, const at::Tensor& x,
                        const std::function<at::Tensor(const at::Tensor&)>& f) {
  return stack_shards(part, x, x, [&](const at::Tensor& rows, const at::Tensor&) { return f(rows); });
}

at::Tensor stack_shards(const BatchPart* part, const at::Tensor& x, const at::Tensor& y,
                        const std::function<at::Tensor(const at::Tensor&, const at::Tensor&)>& f) {
  if (shard_count(part) <= 1) return f(x, y).unsqueeze(0);
  const auto xs = cut(*part, x), ys = cut(*part, y);
  std::vector<at::Tensor> results;
  for (size_t s = 0; s < xs.size(); ++s) results.push_back(f(xs[s], ys[s]));
  return at::stack(results);
}

at::Tensor tree_sum(const at::Tensor& per_shard) {
  auto level = per_shard;
  while (level.size(0) > 1) {
    require(level.size(0) % 2 == 0, "a sum by the fixed tree needs a power of two of shards, not {}",
            per_shard.size(0));
    level = level.slice(0, 0, {}, 2) + level.slice(0, 1, {}, 2);
  }
  return level.squeeze(0);
}

comm::Buffer buffer_of(const at::Tensor& tensor) {
  const auto type = tensor.scalar_type();
  require(tensor.is_non_overlapping_and_dense() && (type == at::kFloat || type == at::kDouble),
          "only dense float32 or float64 tensors travel between ranks, not {}", at::toString(type));
  return {tensor.data_ptr(), tensor.numel(),
          type == at::kDouble ? comm::ElementType::Float64 : comm::ElementType::Float32};
}

void sum_over(comm::Communicator* ranks, at::Tensor& tensor, comm::Order order) {
  if (ranks && ranks->size() > 1) ranks->all_reduce(buffer_of(tensor), order);
}

}  // namespace tandem::parallel
