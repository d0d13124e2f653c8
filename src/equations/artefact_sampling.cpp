#include "equations/artefact_sampling.h"

#include "base/error.h"
#include "base/text.h"

namespace tandem::equations {
namespace {

/// TorchIO spends one uniform number before and one after the parameters on "apply at all?", though p = 1.
class ProbabilityGate {
 public:
  explicit ProbabilityGate(const WordSource& words) : words_(words) { words_(); }
  ~ProbabilityGate() { words_(); }
  ProbabilityGate(const ProbabilityGate&) = delete;
  ProbabilityGate& operator=(const ProbabilityGate&) = delete;

 private:
  const WordSource& words_;
};

}  // namespace

BiasField sample_bias_field(const WordSource& words) {
  const ProbabilityGate gate(words);
  BiasField bias;
  for (int q = 0; q < 20; ++q) bias.coefficients.push_back(torch_uniform(words, -0.5F, 0.5F));
  return bias;
}

Ghosting sample_ghosting(const WordSource& words) {
  const ProbabilityGate gate(words);
  Ghosting ghosting;
  ghosting.num_ghosts = torch_integer(words, 4, 11);
  ghosting.axis = int(torch_integer(words, 0, 3));
  ghosting.intensity = torch_uniform(words, 0.5F, 1);
  return ghosting;
}

Spike sample_spike(const WordSource& words) {
  const ProbabilityGate gate(words);
  Spike spike;
  spike.positions.resize(size_t(torch_integer(words, 1, 2)));  // always one, but it costs a draw
  spike.intensity = torch_uniform(words, 1, 3);
  for (auto& position : spike.positions)
    for (float& p : position) p = torch_uniform(words, 0, 1);
  return spike;
}

Motion sample_motion(const WordSource& words, float degrees, float translation, int movements) {
  const ProbabilityGate gate(words);
  Motion motion;
  motion.movements.resize(size_t(movements));
  for (auto& m : motion.movements)
    for (float& angle : m.degrees) angle = torch_uniform(words, -degrees, degrees);
  for (auto& m : motion.movements)
    for (float& shift : m.translation) shift = torch_uniform(words, -translation, translation);
  const double step = 1.0 / (movements + 1);
  const auto spread = float(0.3 * step);
  for (int q = 0; q < movements; ++q)
    motion.movements[size_t(q)].time = float((q + 1) * step) + torch_uniform(words, -spread, spread);
  return motion;
}

Artefact sample_artefact(const std::string& kind, const WordSource& words) {
  if (kind == "bias") return sample_bias_field(words);
  if (kind == "ghosting") return sample_ghosting(words);
  if (kind == "motion") return sample_motion(words);
  if (kind == "spike") return sample_spike(words);
  const auto near = nearest_name(kind, kArtefactKinds);
  fail("there is no artefact '{}'{}; kinds: {}", kind,
       near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near), join(kArtefactKinds, ", "));
}

}  // namespace tandem::equations
