#include "parallel/shard_leaves.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace tandem::parallel {

ShardLeaves::ShardLeaves(const std::vector<at::Tensor>& parameters, std::int64_t shards) : shards_(shards) {
  for (const auto& parameter : parameters) {
    std::vector<std::int64_t> shape = {shards};
    shape.insert(shape.end(), parameter.sizes().begin(), parameter.sizes().end());
    leaves_[parameter.unsafeGetTensorImpl()] =
        parameter.detach().unsqueeze(0).expand(shape).requires_grad_(true);
  }
}

const at::Tensor& ShardLeaves::of(const at::Tensor& parameter) const {
  const auto found = leaves_.find(parameter.unsafeGetTensorImpl());
  if (found == leaves_.end()) fail_system("a tensor without a leaf per shard was used as a parameter");
  return found->second;
}

}  // namespace tandem::parallel
