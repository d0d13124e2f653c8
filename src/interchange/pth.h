#pragma once
#include <filesystem>

#include "interchange/named_tensor.h"

namespace tandem::interchange {

/// Reads the tensors of a file that torch.save wrote (PyTorch 1.6 or later: a zip archive), without running
/// anything that stands in it.
///
/// Nested dictionaries give names joined by "/"; what is no tensor is left out. Tensors come in the order of
/// the file, copied row-major whatever their strides and device were. Error naming the file, and the tensor
/// or the byte.
TensorFile read_pth(const std::filesystem::path& path);

/// Writes a state dict that torch.load(..., weights_only=True) opens: one ordered dictionary of tensors. The
/// metadata have no place in it. Equal tensors give equal files. Atomically.
void write_pth(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors);

}  // namespace tandem::interchange
