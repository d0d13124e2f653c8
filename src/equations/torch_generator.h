#pragma once
#include <cstdint>
#include <functional>

namespace tandem::equations {

/// A source of 32-bit random words; TorchIO-like draws can be made from any of them.
using WordSource = std::function<std::uint32_t()>;

/// The words of PyTorch's CPU generator after torch.manual_seed(seed): MT19937 with the seed's lower 32 bits.
WordSource torch_generator(std::uint64_t seed);

/// tensor.uniform_(low, high) in float32: 24 bits of one word, scaled in float64, rounded once.
float torch_uniform(const WordSource& words, float low, float high);

/// torch.randint(low, high) with fewer than 2^32 values: one word modulo their number; `high` excluded.
std::int64_t torch_integer(const WordSource& words, std::int64_t low, std::int64_t high);

}  // namespace tandem::equations
