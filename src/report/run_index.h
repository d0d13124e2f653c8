#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "records/run_result.h"

namespace tandem::report {

/// Result files, and what was met on the way that a reader of a table must know.
struct RunFiles {
  std::vector<std::filesystem::path> files;  ///< sorted, each once
  std::vector<std::string> warnings;
};

/// Finds results: a file stands for itself, a folder for every result.h5 in it at any depth (links are
/// followed).
///
/// Of a trial of a sweep (a folder with trial.toml) only its own result.h5 counts, not its owners' working
/// folders. A path that does not exist is an Error; a folder that cannot be read and a run folder without a
/// result (it holds config.toml but no result.h5) are warnings.
RunFiles find_results(const std::vector<std::filesystem::path>& paths);

/// Reads results one after another and hands each to `visit` with the slot it belongs in (0, 1, 2, ...).
///
/// The aggregated file of a sweep is read as its runs; trials without a result are a warning that names them.
/// A run met again (same experiment and run_id) is left out with a warning; if only the later one is
/// complete, it is visited with the earlier one's slot. A file that cannot be read, or that `visit` refuses
/// with an Error, is a warning with the reason. Returns the warnings.
std::vector<std::string> visit_runs(const std::vector<std::filesystem::path>& files,
                                    const std::function<void(size_t slot, const records::RunResult&)>& visit);

/// "results.h5: 2 trials have no result: ...", for an aggregated file; "" if all have one.
std::string missing_results_of(const h5::File& file);

}  // namespace tandem::report
