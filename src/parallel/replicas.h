#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "comm/communicator.h"

namespace tandem::parallel {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Copies the leader's values to every rank; collective.
void broadcast_tensors(comm::Communicator& ranks, const NamedTensors& tensors);

/// Throws an Error (70) that names the first tensor whose bits differ between ranks, on all of them;
/// collective. Waits for the device.
void check_replicas(comm::Communicator& ranks, const NamedTensors& tensors);

/// Replaces floating-point tensors by their mean over ranks; collective.
void average_tensors(comm::Communicator& ranks, const NamedTensors& tensors);

/// 64-bit hash (FNV-1a) of a tensor's values. Waits for the device.
std::uint64_t hash_of(const at::Tensor& tensor);

}  // namespace tandem::parallel
