#include "equations/torch_generator.h"

#include <random>

namespace tandem::equations {

WordSource torch_generator(std::uint64_t seed) {
  return [engine = std::mt19937(std::uint32_t(seed))]() mutable { return std::uint32_t(engine()); };
}

float torch_uniform(const WordSource& words, float low, float high) {
  const double fraction = double(words() & 0xFFFFFFU) * 0x1p-24;
  return float(fraction * double(high - low) + double(low));
}

std::int64_t torch_integer(const WordSource& words, std::int64_t low, std::int64_t high) {
  return low + std::int64_t(words() % std::uint64_t(high - low));
}

}  // namespace tandem::equations
