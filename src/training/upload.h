#pragma once
#include <ATen/core/Tensor.h>

namespace tandem::training {

/// A tensor of the host as a copy that belongs to the step, where and of which type the step computes. To a
/// GPU it goes through pinned memory, the host does not wait for it, and the element type is changed there.
/// The memory of `host` may go at once. Not run on a GPU so far.
/// @param wanted device and element type
at::Tensor upload(const at::Tensor& host, const at::TensorOptions& wanted);

}  // namespace tandem::training
