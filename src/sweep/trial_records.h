#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "sweep/liveness.h"

namespace tandem::sweep {

/// Contents of claim.<e>: who holds the trial.
struct Claim {
  Owner owner;
  std::int64_t width = 1;  ///< ranks that work on the trial
  std::string started;     ///< "2024-05-01T12:00:00Z", for people
};

/// Contents of beat.<e>: how far the owner has come.
struct Beat {
  std::int64_t count = 0;  ///< grows with every beat, so that no two are equal
  std::int64_t step = 0;
  std::int64_t saved = 0;  ///< step of the newest checkpoint; grows = progress that a crash does not undo
  std::int64_t first_step = 0;  ///< the step this epoch started from
  double seconds = 0;           ///< since the claim
};

enum class FailureKind {
  BadInput,  ///< settings, data or numbers that will be as wrong the next time
  Failure,   ///< a bug, a full disk: may work the next time
};

/// Contents of released.<e> and failed.<e>: why an owner gave the trial back.
struct Ending {
  FailureKind kind = FailureKind::Failure;
  std::string reason;
};

std::string to_text(const Claim& claim);
std::string to_text(const Beat& beat);
std::string to_text(const Ending& ending);
/// Readers of the same; a damaged file is an Error with its place.
Claim read_claim(const std::filesystem::path& file);
Beat read_beat(const std::filesystem::path& file);
Ending read_ending(const std::filesystem::path& file);

}  // namespace tandem::sweep
