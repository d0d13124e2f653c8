#include "base/random.h"

#include <cmath>
#include <numbers>

namespace tandem {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ULL * c[0], b = 0xCD9E8D57ULL * c[2];
    c = {std::uint32_t(b >> 32) ^ c[1] ^ k[0], std::uint32_t(b), std::uint32_t(a >> 32) ^ c[3] ^ k[1],
         std::uint32_t(a)};
    k[0] += 0x9E3779B9U;
    k[1] += 0xBB67AE85U;
  }
  return c;
}

RandomStream::RandomStream(const RandomKey& key) {
  // Purpose and seed form the key (the seed is mixed to 64 bits first); epoch, step and sample the counter's
  // upper words; the lowest word counts blocks.
  const auto mixed = philox4x32(
      {std::uint32_t(key.seed), std::uint32_t(key.seed >> 32), std::uint32_t(key.purpose), 0x7461646dU},
      {0x74616e64U, 0x656d5f31U});
  key_ = {mixed[0], mixed[1]};
  counter_ = {0, key.epoch, key.step, key.sample};
}

void RandomStream::refill() {
  block_ = philox4x32(counter_, key_);
  ++counter_[0];
  used_ = 0;
}

std::uint32_t RandomStream::bits() {
  if (used_ == 4) refill();
  return block_[size_t(used_++)];
}

double RandomStream::uniform() {
  const std::uint64_t high = bits() >> 5, low = bits() >> 6;  // 27 + 26 bits
  return double((high << 26) | low) * 0x1.0p-53;
}

std::int64_t RandomStream::integer(std::int64_t low, std::int64_t high) {
  // Unsigned arithmetic wraps where signed would overflow; range 0 stands for all 2^64 values.
  const std::uint64_t range = std::uint64_t(high) - std::uint64_t(low) + 1;
  const std::uint64_t limit = range == 0 ? 0 : UINT64_MAX - UINT64_MAX % range;
  for (;;) {
    const std::uint64_t upper = bits(),
                        lower = bits();  // one after the other: compilers must not choose the order
    const std::uint64_t value = upper << 32 | lower;
    if (range == 0) return std::int64_t(value);
    if (value < limit) return std::int64_t(std::uint64_t(low) + value % range);
  }
}

double RandomStream::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::uint32_t hash_name(const char* data, std::size_t size) {
  std::uint32_t hash = 2166136261U;
  for (std::size_t i = 0; i < size; ++i) hash = (hash ^ std::uint8_t(data[i])) * 16777619U;
  return hash;
}

}  // namespace tandem
