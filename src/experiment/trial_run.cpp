#include "experiment/trial_run.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "base/atomic_file.h"
#include "base/error.h"

namespace tandem::experiment {
namespace {

namespace fs = std::filesystem;

/// The step in the name of a saved state, step-<n>.h5; 0 for other files.
std::int64_t step_in_name(const fs::path& file) {
  const std::string name = file.filename().string();
  std::int64_t step = 0;
  int read = 0;
  const bool fits = std::sscanf(name.c_str(), "step-%" SCNd64 ".h5%n", &step, &read) == 1;
  return fits && size_t(read) == name.size() ? step : 0;
}

/// The state to go on from: the newest one of the newest attempt that has any.
struct Start {
  std::optional<fs::path> state;
  std::int64_t step = 0;
};

Start find_start(const std::vector<fs::path>& earlier) {
  for (const auto& folder : earlier)
    if (const auto state = training::CheckpointStore(RunFolder(folder).checkpoints()).newest())
      return {state, step_in_name(*state)};
  return {};
}

/// Makes the folder. The best weights so far come along, since they may stay the best.
void prepare(const RunFolder& folder, const ExperimentConfig& config, const Start& start) {
  std::error_code code;
  fs::create_directories(folder.checkpoints(), code);
  if (code) fail_system("cannot create {}: {}", folder.checkpoints().string(), code.message());
  write_text_file(folder.config(), config.dump());
  if (!start.state) return;
  const auto best = start.state->parent_path() / "best.h5";
  if (!fs::exists(best)) return;
  fs::create_hard_link(best, folder.best(), code);
  if (code) fs::copy_file(best, folder.best(), fs::copy_options::overwrite_existing, code);
  if (code) fail_system("cannot copy {} to {}: {}", best.string(), folder.best().string(), code.message());
}

}  // namespace

void run_trial(const Team& team, ExperimentConfig config, const TrialPlace& place, const TrialHooks& hooks) {
  auto& ranks = team.ranks;
  const RunFolder folder(place.folder);
  Start start;
  training::leader_does(ranks, [&] {
    start = find_start(place.earlier);
    prepare(folder, config, start);
    hooks.started(start.step);
  });
  const auto state = ranks.host_broadcast(start.state ? start.state->string() : "", 0);
  if (place.max_minutes > 0) config.training.max_minutes = place.max_minutes;
  std::int64_t steps = start.step;
  train_in(team, config, folder, state.empty() ? std::nullopt : std::optional<fs::path>(state),
           {.after_step = [&](std::int64_t step) { hooks.progress(steps = step); },
            .before_save = hooks.before_save,
            .after_save = hooks.saved});
  if (config.evaluation.data.empty()) return;
  evaluate_run(team, folder, config.evaluation.data, "auto", {}, [&] { hooks.progress(steps); });
}

}  // namespace tandem::experiment
