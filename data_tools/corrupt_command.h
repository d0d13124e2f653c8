#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "data/case.h"
#include "program/program.h"

namespace tandem::data_tools {

/// `tandem-data corrupt`: ACDC-C style data sets from a clean one, by artefacts drawn anew or replayed from a
/// file.
program::Command corrupt_command();

/// Which cases of a data set are meant; an empty list means all.
struct CaseSelection {
  std::vector<std::string> patients;  ///< names or their numbers: "patient007" and "007" name the same one
  std::vector<std::string> frames;    ///< "ED", "ES"
};

/// A kind of corruption, and how strong.
struct CorruptionChoice {
  std::string kind;
  int severity = 0;  ///< level 1 to 5; 0: drawn as in ACDC-C
};

/// Copy number `copy` of a case under a corruption, id "<id>_c<copy>"; parameters are drawn from a stream
/// keyed by seed, copy, kind and case id, and stored in the case. Same label, unless the patient is moved.
data::Case corrupted_copy(const data::Case& source, const CorruptionChoice& choice, int copy,
                          std::uint64_t seed);

/// The copy again from what a corrupted case stores; image and label are made from the source's.
data::Case replayed_copy(const data::Case& source, const data::Case& corrupted_header);

}  // namespace tandem::data_tools
