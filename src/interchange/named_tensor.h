#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::interchange {

/// Element types that weight files of others may hold; names are those of safetensors.
enum class DType { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };

std::string_view name_of(DType type);
/// Bytes of one element.
std::size_t size_of(DType type);

/// A tensor as it lies in a file: row-major, little-endian, without gaps.
struct NamedTensor {
  std::string name;
  DType type = DType::F32;
  std::vector<std::int64_t> shape;  ///< empty: a scalar
  std::string bytes;                ///< product of shape times size_of(type)
  bool operator==(const NamedTensor&) const = default;
};

/// The tensors of a file in its order, and its remarks.
struct TensorFile {
  std::vector<NamedTensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// What a file may ask for before it is refused; far above any network of ours.
inline constexpr std::uint64_t kMaxTensors = 100'000;
inline constexpr std::size_t kMaxDimensions = 16;
inline constexpr std::uint64_t kMaxTensorBytes = std::uint64_t(4) << 30;  ///< all tensors of a file together

/// Product of shape times size_of(type). Error naming `what` if a side is negative, there are more than
/// kMaxDimensions, or the product exceeds kMaxTensorBytes.
std::uint64_t byte_count(DType type, const std::vector<std::int64_t>& shape, const std::string& what);

/// "[16, 1, 3, 3]".
std::string shape_text(const std::vector<std::int64_t>& shape);

/// Error unless every tensor has the bytes its shape asks for and no name comes twice.
void check_complete(const std::vector<NamedTensor>& tensors);

}  // namespace tandem::interchange
