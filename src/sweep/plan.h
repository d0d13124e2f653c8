#pragma once
#include <functional>

#include "sweep/sweep_folder.h"
#include "sweep/sweep_spec.h"

namespace tandem::sweep {

/// An experiment file with assignments on top, read, checked and complete.
struct ResolvedTrial {
  std::string id;    ///< equal for settings that give the same result, whatever file they came from
  std::string name;  ///< the experiment's name
  std::string toml;  ///< all settings; what trial.toml will hold
  std::int64_t seed = 0;
};

/// Resolves an experiment file with "key=value" assignments; throws Error for settings that are wrong.
using ResolveTrial = std::function<ResolvedTrial(const std::filesystem::path& file,
                                                 const std::vector<std::string>& assignments)>;

/// What planning did.
struct Plan {
  std::vector<Trial> trials;       ///< of the sweep file, in order, each once
  std::vector<std::string> added;  ///< ids that are new in the folder
  std::vector<Trial> earlier;      ///< planned before and no longer in the sweep file; they stay
  int collapsed = 0;               ///< points of the product that were equal to another one
};

/// Expands a sweep file into a folder. Planning again adds only what is new and deletes nothing.
///
/// All trials are resolved before anything is written; a wrong setting is an Error with its place in the
/// sweep file. The index is written last, so that an interrupted plan leaves the sweep as it was.
Plan plan_sweep(const std::filesystem::path& sweep_file, const std::filesystem::path& folder,
                const ResolveTrial& resolve);

}  // namespace tandem::sweep
