#pragma once
#include <cstdint>

namespace tandem::augment {

/// Where a batch stands in a run; with the rows' ids it keys every draw, whatever rank or order computes it.
struct StepKey {
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0, step = 0;
};

}  // namespace tandem::augment
