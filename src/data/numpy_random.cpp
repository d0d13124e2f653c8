#include "data/numpy_random.h"

#include <bit>
#include <numeric>
#include <utility>

namespace tandem::data {

NumpyRandomState::NumpyRandomState(std::uint32_t seed) {
  for (std::uint32_t i = 0; i < state_.size(); ++i) {
    state_[i] = seed;
    seed = 1812433253u * (seed ^ (seed >> 30)) + i + 1;
  }
}

void NumpyRandomState::refill() {
  constexpr std::size_t n = 624, m = 397;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t y = (state_[i] & 0x80000000u) | (state_[(i + 1) % n] & 0x7fffffffu);
    state_[i] = state_[(i + m) % n] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0u);
  }
  position_ = 0;
}

std::uint32_t NumpyRandomState::bits() {
  if (position_ == state_.size()) refill();
  std::uint32_t y = state_[position_++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

std::vector<std::int64_t> NumpyRandomState::permutation(std::int64_t n) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (auto i = std::uint32_t(n); i-- > 1;) {
    const std::uint32_t mask = std::bit_ceil(i + 1) - 1;
    std::uint32_t j = bits() & mask;
    while (j > i) j = bits() & mask;
    std::swap(order[i], order[j]);
  }
  return order;
}

}  // namespace tandem::data
