#pragma once
#include "experiment/run_folder.h"

namespace tandem::cli {

/// The run that a person names, to read from: a run folder, or a finished trial of a sweep, which stands for
/// the working folder that its result came from.
experiment::RunFolder run_to_read(const std::filesystem::path& path);

/// The run that a person names, to add scores to; refuses a trial of a sweep, whose result never changes.
experiment::RunFolder run_to_score(const std::filesystem::path& path);

}  // namespace tandem::cli
