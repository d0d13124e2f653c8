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

/// The trainer tells before a save; the next step, or the end of the training, tells that it has worked.
class SaveWatch {
 public:
  SaveWatch(const RunFolder& folder, const TrialHooks& hooks) : folder_(folder), hooks_(hooks) {}

  training::Trainer::Hooks trainer_hooks() {
    return {[this](std::int64_t step) {
              if (pending_) tell();
              hooks_.progress(step);
            },
            [this] {
              hooks_.before_save();
              pending_ = true;
            }};
  }
  /// Tells of the newest state in the folder, unless that is known.
  void tell() {
    pending_ = false;
    std::int64_t newest = 0;
    for (const auto& entry : fs::directory_iterator(folder_.checkpoints()))
      newest = std::max(newest, step_in_name(entry.path()));
    if (newest > told_) hooks_.saved(told_ = newest);
  }

  std::int64_t newest_told() const { return told_; }

 private:
  const RunFolder& folder_;
  const TrialHooks& hooks_;
  bool pending_ = false;
  std::int64_t told_ = 0;
};

}  // namespace

void run_trial(comm::Communicator& ranks, ExperimentConfig config, const TrialPlace& place,
               const TrialHooks& hooks) {
  const RunFolder folder(place.folder);
  Start start;
  leader_does(ranks, [&] {
    start = find_start(place.earlier);
    prepare(folder, config, start);
    hooks.started(start.step);
  });
  const auto state = ranks.host_broadcast(start.state ? start.state->string() : "", 0);
  if (place.max_minutes > 0) config.training.max_minutes = place.max_minutes;
  SaveWatch watch(folder, hooks);
  const auto tell = [&] {
    if (ranks.is_leader()) watch.tell();
  };
  try {
    train_in(ranks, config, folder, state.empty() ? std::nullopt : std::optional<fs::path>(state),
             watch.trainer_hooks());
  } catch (const Error&) {
    tell();
    throw;
  }
  tell();
  const auto steps = watch.newest_told();
  if (config.evaluation.data.empty()) return;
  leader_does(ranks, [&] {
    evaluate_run(folder, config.evaluation.data, "auto", {}, [&] { hooks.progress(steps); });
  });
}

}  // namespace tandem::experiment
