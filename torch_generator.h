#pragma once
#include <cstdint>
#include <random>

#include "base/random.h"
#include "equations/artefact_sampling.h"

namespace tandem::equations {

/// The draws of PyTorch's CPU generator after manual_seed(seed): Mersenne twister, one 32-bit word per float32 or
/// small integer.
class TorchGenerator : public DrawSource {
 public:
  explicit TorchGenerator(std::uint64_t seed) : engine_(std::uint32_t(seed)) {}  // PyTorch keeps the low 32 bits

 protected:
  std::uint32_t bits() override { return std::uint32_t(engine_()); }

 private:
  std::mt19937 engine_;
};

/// Draws named by a key, the same in any order and on any thread.
class KeyedDraws : public DrawSource {
 public:
  explicit KeyedDraws(const RandomKey& key) : stream_(key) {}

 protected:
  std::uint32_t bits() override { return stream_.bits(); }

 private:
  RandomStream stream_;
};

}  // namespace tandem::equations
