#include "equations/artefact_sampling.h"

#include "base/error.h"
#include "base/text.h"

namespace tandem::equations {
namespace {

constexpr float kCoefficientRange = 0.5F, kDegrees = 30, kTranslation = 10;
constexpr double kTimeJitter = 0.3;  // of the interval between movements
constexpr int kMovements = 2;

/// The reference draws a number before and after each transform to decide whether to apply it; always yes here.
void skip_gate(DrawSource& source) { source.uniform(0, 1); }

std::vector<std::array<float, 3>> sample_vectors(DrawSource& source, float range) {
  std::vector<std::array<float, 3>> vectors(kMovements);
  for (auto& vector : vectors)
    for (float& value : vector) value = source.uniform(-range, range);
  return vectors;
}

}  // namespace

float DrawSource::uniform(float low, float high) {
  const float unit = float(bits() & 0xFFFFFFU) * 0x1.0p-24F;
  return unit * (high - low) + low;
}

std::int64_t DrawSource::integer(std::int64_t low, std::int64_t high) {
  return low + std::int64_t(bits() % std::uint64_t(high - low));
}

Bias sample_bias(DrawSource& source) {
  skip_gate(source);
  Bias bias;
  for (std::int64_t q = 0; q < bias_coefficient_count(bias.order); ++q)
    bias.coefficients.push_back(source.uniform(-kCoefficientRange, kCoefficientRange));
  skip_gate(source);
  return bias;
}

Ghosting sample_ghosting(DrawSource& source) {
  skip_gate(source);
  Ghosting ghosting;
  ghosting.num_ghosts = source.integer(4, 11);
  ghosting.axis = source.integer(0, 3);
  ghosting.intensity = source.uniform(0.5F, 1);
  skip_gate(source);
  return ghosting;
}

Spike sample_spike(DrawSource& source) {
  skip_gate(source);
  Spike spike;
  spike.positions.resize(size_t(source.integer(1, 2)));  // always one, yet it takes a draw
  spike.intensity = source.uniform(1, 3);
  for (auto& position : spike.positions)
    for (float& value : position) value = source.uniform(0, 1);
  skip_gate(source);
  return spike;
}

Motion sample_motion(DrawSource& source) {
  skip_gate(source);
  Motion motion;
  motion.degrees = sample_vectors(source, kDegrees);
  motion.translation = sample_vectors(source, kTranslation);
  const double step = 1.0 / (kMovements + 1);
  for (int q = 1; q <= kMovements; ++q) {
    const float jitter = source.uniform(float(-step * kTimeJitter), float(step * kTimeJitter));
    motion.times.push_back(float(q * step) + jitter);
  }
  skip_gate(source);
  return motion;
}

const std::vector<std::string>& artefact_kinds() {
  static const std::vector<std::string> kinds = {"bias", "ghosting", "motion", "spike"};
  return kinds;
}

Artefact sample_artefact(const std::string& kind, DrawSource& source) {
  if (kind == "bias") return sample_bias(source);
  if (kind == "ghosting") return sample_ghosting(source);
  if (kind == "motion") return sample_motion(source);
  if (kind == "spike") return sample_spike(source);
  fail("unknown artefact '{}'; known: {}", kind, join(artefact_kinds(), ", "));
}

}  // namespace tandem::equations
