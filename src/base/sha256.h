#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tandem {

/// SHA-256 of bytes that come in pieces (FIPS 180-4).
class Sha256 {
 public:
  void add(std::string_view bytes);
  /// Lower-case hexadecimal digest of all that was added; the object cannot be used after it.
  std::string finish();

 private:
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> block_{};  ///< what does not fill a block yet
  std::uint64_t size_ = 0;                 ///< bytes added
};

/// Lower-case hexadecimal SHA-256 of some bytes.
std::string sha256(std::string_view bytes);

/// The same of a file, read in pieces; Error when it cannot be read.
std::string file_sha256(const std::filesystem::path& path);

}  // namespace tandem
