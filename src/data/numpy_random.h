#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace tandem::data {

/// NumPy's legacy generator RandomState(seed): MT19937 [matsumoto1998] seeded with one 32-bit number. Only
/// for the paper's splits; all other randomness comes from base/random.h.
class NumpyRandomState {
 public:
  explicit NumpyRandomState(std::uint32_t seed);
  /// The next 32 tempered bits.
  std::uint32_t bits();
  /// RandomState.permutation(n): Fisher-Yates from the end, each index drawn by masked rejection.
  std::vector<std::int64_t> permutation(std::int64_t n);

 private:
  void refill();
  std::array<std::uint32_t, 624> state_;
  std::size_t position_ = 624;
};

}  // namespace tandem::data
