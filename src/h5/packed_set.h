#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "h5/h5.h"

namespace tandem::h5 {

/// A data set whose chunks are as HDF5's own filters would leave them, ready for File::write.
struct PackedSet {
  Type type = Type::Other;
  std::vector<std::int64_t> shape;
  Layout layout;
  std::vector<std::vector<unsigned char>> chunks;  ///< along the first axis: zlib stream, then its checksum
};

PackedSet pack_raw(Type type, std::size_t element_bytes, const void* values,
                   const std::vector<std::int64_t>& shape, const Layout& layout);

/// Deflates values and adds the checksums without a call of HDF5, so that any thread may do it while another
/// one uses a File. Chunks must span all axes but the first, and divide that. The level of the layout is only
/// written down; the streams are those of deflate::Compressor.
template <class T>
PackedSet pack(const T* values, const std::vector<std::int64_t>& shape, const Layout& layout) {
  return pack_raw(type_of<T>(), sizeof(T), values, shape, layout);
}

/// Fletcher-32 as HDF5's filter counts it: words of two bytes, the first byte the higher one.
std::uint32_t fletcher32(std::span<const unsigned char> bytes);

}  // namespace tandem::h5
