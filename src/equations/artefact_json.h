#pragma once
#include <string>

#include "equations/mr_artefacts.h"

namespace tandem::equations {

/// The drawn parameters of an artefact as one line of JSON under TorchIO's names; numbers read back to the
/// same bits.
///
/// {"kind": "motion", "profile": "torchio-0.18", "degrees": [[..3],..], "translation": [[..3],..], "times":
/// [..]}, and likewise coefficients and order; num_ghosts, axis and intensity; spikes_positions and
/// intensity. Those beyond ACDC-C's have the profile "tandem-1" and the names of their fields.
/// @param severity level 1 to 5, kept as "severity" for people; 0: none
std::string to_json(const Artefact& artefact, int severity = 0);

/// The inverse of to_json; Error naming the missing or faulty entry.
Artefact artefact_from_json(const std::string& json);

}  // namespace tandem::equations
