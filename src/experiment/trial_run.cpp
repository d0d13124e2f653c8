#include "experiment/trial_run.h"

#include "base/atomic_file.h"
#include "base/error.h"

namespace tandem::experiment {
namespace {

namespace fs = std::filesystem;

/// The state to go on from: the newest one of the newest attempt that has any.
std::optional<training::SavedState> find_start(const std::vector<fs::path>& earlier) {
  for (const auto& folder : earlier)
    if (const auto state = training::CheckpointStore(RunFolder(folder).checkpoints()).newest()) return state;
  return std::nullopt;
}

/// Makes the folder. The best weights so far come along, since they may stay the best.
void prepare(const RunFolder& folder, const ExperimentConfig& config,
             const std::optional<training::SavedState>& start) {
  std::error_code code;
  fs::create_directories(folder.checkpoints(), code);
  if (code) fail_system("cannot create {}: {}", folder.checkpoints().string(), code.message());
  write_text_file(folder.config(), config.dump());
  if (!start) return;
  const auto best = start->file.parent_path() / "best.h5";
  if (!fs::exists(best)) return;
  fs::create_hard_link(best, folder.best(), code);
  if (code) fs::copy_file(best, folder.best(), fs::copy_options::overwrite_existing, code);
  if (code) fail_system("cannot copy {} to {}: {}", best.string(), folder.best().string(), code.message());
}

}  // namespace

void run_trial(const Team& team, ExperimentConfig config, const TrialPlace& place, const TrialHooks& hooks) {
  auto& ranks = team.ranks;
  const RunFolder folder(place.folder);
  std::int64_t steps = 0;
  const auto state = training::leader_finds_state(ranks, [&] {
    const auto start = find_start(place.earlier);
    prepare(folder, config, start);
    hooks.started(steps = start ? start->step : 0);
    return start;
  });
  if (place.max_minutes > 0) config.training.max_minutes = place.max_minutes;
  train_in(team, config, folder, state,
           {.after_step = [&](std::int64_t step) { hooks.progress(steps = step); },
            .before_save = hooks.before_save,
            .after_save = hooks.saved});
  if (config.evaluation.data.empty()) return;
  evaluate_run(team, folder, config.evaluation.data, "auto", {}, [&] { hooks.progress(steps); });
}

}  // namespace tandem::experiment
