#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "data_tools/corrupt_command.h"
#include "equations/artefact_json.h"
#include "equations/artefact_sampling.h"
#include "equations/corruption_pipeline.h"
#include "equations/severity.h"

namespace tandem::data_tools {
namespace {

namespace eq = equations;

/// Streams of kinds with levels are counted from here, so that they share nothing with those of ACDC-C.
constexpr std::uint32_t kFirstSeverityStep = 100;

std::uint32_t place_of(const std::string& kind, const std::vector<std::string>& kinds) {
  return std::uint32_t(std::ranges::find(kinds, kind) - kinds.begin());
}

}  // namespace

data::Case corrupted_copy(const data::Case& source, const CorruptionChoice& choice, int copy,
                          std::uint64_t seed) {
  const auto& [kind, severity] = choice;
  // The level is no part of the key: a copy is the same corruption at every level, only stronger.
  const auto step = severity == 0 ? place_of(kind, eq::kArtefactKinds)
                                  : kFirstSeverityStep + place_of(kind, eq::severity_kinds());
  RandomStream stream({.seed = seed,
                       .purpose = Purpose::Corruption,
                       .epoch = std::uint32_t(copy),
                       .step = step,
                       .sample = hash_name(source.id.data(), source.id.size())});
  const eq::WordSource words = [&stream] { return stream.bits(); };
  const auto artefact =
      severity == 0 ? eq::sample_artefact(kind, words) : eq::artefact_at_severity(kind, severity, words);
  data::Case header;
  header.id = fmt::format("{}_c{}", source.id, copy);
  header.corruption = eq::kind_of(artefact);
  header.corruption_parameters = eq::to_json(artefact, severity);
  return replayed_copy(source, header);
}

data::Case replayed_copy(const data::Case& source, const data::Case& corrupted_header) {
  const auto artefact = eq::artefact_from_json(corrupted_header.corruption_parameters);
  require(eq::kind_of(artefact) == corrupted_header.corruption,
          "case {}: corruption '{}' has parameters of '{}'", corrupted_header.id, corrupted_header.corruption,
          eq::kind_of(artefact));
  data::Case out = source;
  out.id = corrupted_header.id;
  out.corruption = corrupted_header.corruption;
  out.corruption_parameters = corrupted_header.corruption_parameters;
  out.image = eq::corrupt(source.image, artefact);
  if (out.label) out.label = eq::label_after(*out.label, artefact);
  return out;
}

}  // namespace tandem::data_tools
