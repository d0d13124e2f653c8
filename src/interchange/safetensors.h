#pragma once
#include <filesystem>

#include "interchange/named_tensor.h"

namespace tandem::interchange {

/// Longest header that is read or written, as in the reference implementation.
inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

/// Reads a .safetensors file: 8 bytes little-endian length of the header, header in JSON, data.
///
/// Believes nothing: length, JSON (nested at most three deep), types, shapes, and that the tensors cover the
/// data without gap or overlap. Tensors come in the order of their data. Error naming file and tensor.
TensorFile read_safetensors(const std::filesystem::path& path);

/// Writes such a file, tensors in the given order, the data on a multiple of 8 bytes; atomically.
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

}  // namespace tandem::interchange
