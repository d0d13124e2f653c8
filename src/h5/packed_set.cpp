#include "h5/packed_set.h"

#include <algorithm>

#include "base/error.h"
#include "deflate/deflate.h"

namespace tandem::h5 {
namespace {

/// Words that can be added before a sum of sums may leave 32 bits.
constexpr std::size_t kWordsAtOnce = 360;

std::uint32_t folded(std::uint32_t sum) { return (sum & 0xffff) + (sum >> 16); }

}  // namespace

std::uint32_t fletcher32(std::span<const unsigned char> bytes) {
  std::uint32_t sum = 0, sum_of_sums = 0;
  const auto* at = bytes.data();
  const auto word = [&](std::size_t i) { return std::uint32_t(at[2 * i]) << 8 | at[2 * i + 1]; };
  for (std::size_t words = bytes.size() / 2; words > 0;) {
    const auto now = std::min(words, kWordsAtOnce);
    const auto* const end = at + 2 * now;
    for (; end - at >= 8; at += 8) {  // four words in one go, as if one by one
      const std::uint32_t a = word(0), b = word(1), c = word(2), d = word(3);
      sum_of_sums += 4 * (sum + a) + 3 * b + 2 * c + d;
      sum += a + b + c + d;
    }
    for (; at < end; at += 2) {
      sum += word(0);
      sum_of_sums += sum;
    }
    sum = folded(sum), sum_of_sums = folded(sum_of_sums);
    words -= now;
  }
  if (bytes.size() % 2 == 1) {
    sum += std::uint32_t(*at) << 8;
    sum_of_sums += sum;
    sum = folded(sum), sum_of_sums = folded(sum_of_sums);
  }
  return folded(sum_of_sums) << 16 | folded(sum);
}

PackedSet pack_raw(Type type, std::size_t element_bytes, const void* values,
                   const std::vector<std::int64_t>& shape, const Layout& layout) {
  const auto& chunk = layout.chunk;
  require(!shape.empty() && chunk.size() == shape.size() &&
              std::equal(chunk.begin() + 1, chunk.end(), shape.begin() + 1) && chunk[0] > 0 &&
              shape[0] % chunk[0] == 0,
          "chunks of {} cannot be packed one by one: they do not divide a set of {} along its first axis",
          fmt::join(chunk, "x"), fmt::join(shape, "x"));
  std::size_t chunk_bytes = element_bytes;
  for (const auto n : chunk) chunk_bytes *= std::size_t(n);
  PackedSet set{type, shape, layout, std::vector<std::vector<unsigned char>>(size_t(shape[0] / chunk[0]))};
  deflate::Compressor compressor;
  const auto* from = static_cast<const unsigned char*>(values);
  for (auto& packed : set.chunks) {
    compressor.append({from, chunk_bytes}, packed);
    const auto sum = fletcher32(packed);
    for (const int shift : {0, 8, 16, 24}) packed.push_back(static_cast<unsigned char>(sum >> shift));
    from += chunk_bytes;
  }
  return set;
}

}  // namespace tandem::h5
