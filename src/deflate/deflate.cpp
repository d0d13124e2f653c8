#include "deflate/deflate.h"

#include <isa-l/igzip_lib.h>

#include <cstdint>
#include <limits>

#include "base/error.h"

namespace tandem::deflate {
namespace {

/// Of the library's levels 0 to 3 the fastest that shrinks floats as far as the slower ones do.
constexpr std::uint32_t kLevel = 2;
constexpr std::uint32_t kWorkBytes = ISAL_DEF_LVL2_EXTRA_LARGE;

/// Deflate cannot make more than this of a byte; a trailer that says so is damaged.
constexpr std::size_t kLargestRatio = 1032;

/// The last four bytes of a member: its length before compression (modulo 2^32).
std::size_t length_in_trailer(std::span<const unsigned char> file) {
  std::size_t length = 0;
  for (const auto byte : {1, 2, 3, 4}) length = length << 8 | file[file.size() - std::size_t(byte)];
  return length;
}

}  // namespace

Compressor::Compressor() : work_(std::make_unique_for_overwrite<unsigned char[]>(kWorkBytes)) {}

void Compressor::append(std::span<const unsigned char> bytes, std::vector<unsigned char>& stream) {
  require(bytes.size() < std::numeric_limits<std::uint32_t>::max(),
          "{} bytes cannot be deflated in one piece; a piece must be smaller than 4 GB", bytes.size());
  stream_.resize(bytes.size() + bytes.size() / 8192 + 256);  // room for blocks stored as they are
  isal_zstream s;
  isal_deflate_stateless_init(&s);
  s.level = kLevel;
  s.level_buf = work_.get();
  s.level_buf_size = kWorkBytes;
  s.gzip_flag = IGZIP_ZLIB;
  s.end_of_stream = 1;
  s.flush = NO_FLUSH;
  s.next_in = const_cast<std::uint8_t*>(bytes.data());  // the library's type; it only reads
  s.avail_in = std::uint32_t(bytes.size());
  s.next_out = stream_.data();
  s.avail_out = std::uint32_t(stream_.size());
  if (const int code = isal_deflate_stateless(&s); code != COMP_OK || s.avail_in != 0)
    fail_system("ISA-L could not deflate {} bytes (code {})", bytes.size(), code);
  stream.insert(stream.end(), stream_.begin(), stream_.begin() + std::ptrdiff_t(s.total_out));
}

std::optional<Buffer> inflate_gzip(std::span<const unsigned char> file) {
  constexpr std::size_t kLeast = 18;  // header and trailer
  if (file.size() < kLeast || file.size() > std::numeric_limits<std::uint32_t>::max() || file[0] != 0x1f ||
      file[1] != 0x8b)
    return {};
  const auto length = length_in_trailer(file);
  if (length / kLargestRatio > file.size()) return {};
  Buffer out{std::make_unique_for_overwrite<unsigned char[]>(length + 1), length};
  inflate_state s;
  isal_inflate_init(&s);
  s.crc_flag = ISAL_GZIP;
  s.next_in = const_cast<std::uint8_t*>(file.data());  // the library's type; it only reads
  s.avail_in = std::uint32_t(file.size());
  s.next_out = out.bytes.get();
  s.avail_out = std::uint32_t(length);
  const bool whole = isal_inflate(&s) == ISAL_DECOMP_OK && s.block_state == ISAL_BLOCK_FINISH;
  if (!whole || s.avail_in != 0 || s.avail_out != 0) return {};
  return out;
}

}  // namespace tandem::deflate
