#include "cli/run_argument.h"

#include "base/error.h"
#include "sweep/trial_files.h"

namespace tandem::cli {
namespace {

bool is_trial(const sweep::TrialPaths& trial) { return std::filesystem::exists(trial.settings()); }

}  // namespace

experiment::RunFolder run_to_read(const std::filesystem::path& path) {
  const sweep::TrialPaths trial{path};
  using experiment::RunFolder;
  if (!is_trial(trial)) return RunFolder::open(path);
  return RunFolder::open(RunFolder(sweep::published_run(trial), trial.published()));
}

experiment::RunFolder run_to_score(const std::filesystem::path& path) {
  const sweep::TrialPaths trial{path};
  if (!is_trial(trial)) return experiment::RunFolder::open(path);
  const auto run = sweep::published_run(trial).string();
  fail(
      "{} is a trial of a sweep, and what it published never changes. To score it on other data: "
      "tandem evaluate {} --data FILE..., which writes {}/result.h5",
      path.string(), run, run);
}

}  // namespace tandem::cli
