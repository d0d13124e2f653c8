#pragma once
#include <string>

#include "equations/mr_artefacts.h"

namespace tandem::equations {

/// The drawn parameters of an artefact as one line of JSON under TorchIO's names; numbers read back to the
/// same bits.
///
/// {"kind": "motion", "profile": "torchio-0.18", "degrees": [[..3],..], "translation": [[..3],..], "times":
/// [..]}, and likewise coefficients and order; num_ghosts, axis and intensity; spikes_positions and
/// intensity.
std::string to_json(const Artefact& artefact);

/// The inverse of to_json; Error naming the missing or faulty entry.
Artefact artefact_from_json(const std::string& json);

}  // namespace tandem::equations
