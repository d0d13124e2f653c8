#pragma once
#include <ATen/core/Tensor.h>

#include <unordered_map>
#include <vector>

namespace tandem::parallel {

/// For each parameter a leaf of the graph that collects one gradient per shard: [S, shape of the parameter],
/// a view on the parameter that takes no memory. What a parameter's gradient is summed from, shard by shard.
class ShardLeaves {
 public:
  /// @param parameters whose memory stays where it is; @param shards S, local ones
  ShardLeaves(const std::vector<at::Tensor>& parameters, std::int64_t shards);

  /// The leaf of a parameter; an error for a tensor that is none.
  const at::Tensor& of(const at::Tensor& parameter) const;
  std::int64_t shards() const { return shards_; }

 private:
  std::int64_t shards_;
  std::unordered_map<const c10::TensorImpl*, at::Tensor> leaves_;
};

}  // namespace tandem::parallel
