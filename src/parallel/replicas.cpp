#include "parallel/replicas.h"

#include <ATen/ATen.h>

#include <cstring>

#include "base/error.h"
#include "parallel/batch_part.h"

namespace tandem::parallel {

void broadcast_tensors(comm::Communicator& ranks, const NamedTensors& tensors) {
  if (ranks.size() == 1) return;
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : tensors) {
    // Counters travel as float64, which holds them exactly.
    auto copy = tensor.is_floating_point() ? tensor.detach() : tensor.to(at::kDouble);
    ranks.broadcast(buffer_of(copy), 0);
    if (!tensor.is_floating_point()) at::Tensor(tensor).copy_(copy);
  }
}

std::uint64_t hash_of(const at::Tensor& tensor) {
  const auto values = tensor.detach().cpu().contiguous();
  const auto* bytes = static_cast<const unsigned char*>(values.const_data_ptr());
  std::uint64_t hash = 14695981039346656037ULL;
  for (size_t i = 0; i < values.nbytes(); i += 4) {  // word by word: every element type has 4 or 8 bytes
    std::uint32_t word;
    std::memcpy(&word, bytes + i, sizeof word);
    hash = (hash ^ word) * 1099511628211ULL;
  }
  return hash;
}

void check_replicas(comm::Communicator& ranks, const NamedTensors& tensors) {
  if (ranks.size() == 1) return;
  std::vector<std::uint64_t> hashes;
  for (const auto& [name, tensor] : tensors) hashes.push_back(hash_of(tensor));
  const std::string mine(reinterpret_cast<const char*>(hashes.data()), hashes.size() * 8);
  const auto all = ranks.host_gather(mine);
  for (size_t i = 0; i < tensors.size(); ++i)
    for (size_t r = 1; r < all.size(); ++r)
      if (all[r].compare(8 * i, 8, all[0], 8 * i, 8) != 0)
        throw CommonError(
            fmt::format("{} differs between rank 0 and rank {}: the ranks no longer train the same networks",
                        tensors[i].first, r),
            ExitCode::Failure);
}

void average_tensors(comm::Communicator& ranks, const NamedTensors& tensors) {
  if (ranks.size() == 1) return;
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.is_floating_point()) continue;
    auto sum = tensor.detach();
    ranks.all_reduce(buffer_of(sum), comm::Order::Fast);
    sum.div_(ranks.size());
  }
}

}  // namespace tandem::parallel
