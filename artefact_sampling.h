#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "equations/mr_artefacts.h"

namespace tandem::equations {

/// Random words and the numbers PyTorch makes of them.
class DrawSource {
 public:
  virtual ~DrawSource() = default;
  /// Uniform in [low, high), float32 arithmetic on 24 random bits.
  float uniform(float low, float high);
  /// Uniform integer in [low, high), by remainder (bias below 1e-8 for the small ranges in use).
  std::int64_t integer(std::int64_t low, std::int64_t high);

 protected:
  virtual std::uint32_t bits() = 0;
};

// One draw of each artefact with the ranges of ACDC-C, in the order in which TorchIO 0.18 consumes its generator.

/// 20 coefficients in U(-0.5, 0.5).
Bias sample_bias(DrawSource& source);
/// n in 4..10, axis in 0..2, s in U(0.5, 1).
Ghosting sample_ghosting(DrawSource& source);
/// One spike, r in U(1, 3), position uniform over k-space.
Spike sample_spike(DrawSource& source);
/// Two movements: degrees in U(-30, 30), translations in U(-10, 10) voxels, times near 1/3 and 2/3 (+- 0.1).
Motion sample_motion(DrawSource& source);

/// The kinds in the order of the tables: bias, ghosting, motion, spike.
const std::vector<std::string>& artefact_kinds();
/// A draw of the named kind; Error (65) for an unknown name.
Artefact sample_artefact(const std::string& kind, DrawSource& source);

}  // namespace tandem::equations
