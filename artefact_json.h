#pragma once
#include <string>
#include <string_view>

#include "equations/mr_artefacts.h"

namespace tandem::equations {

/// The parameters as one line of JSON in TorchIO's names, {"profile":"torchio-0.18","kind":"motion","degrees":[[..
/// Numbers read back to the same bits.
std::string to_json(const Artefact& artefact);

/// Reads what to_json wrote; Error (65) with the place for anything else.
Artefact artefact_from_json(std::string_view json);

}  // namespace tandem::equations
