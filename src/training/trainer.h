#pragma once
#include <filesystem>
#include <functional>

#include "augment/image_augmentation_config.h"
#include "augment/latent_config.h"
#include "base/timer.h"
#include "comm/watchdog.h"
#include "training/agreement.h"
#include "training/batch_loader.h"
#include "training/checkpoint.h"
#include "training/checkpoint_store.h"
#include "training/spread.h"
#include "training/step_graph.h"
#include "training/train_step.h"
#include "training/training_config.h"
#include "training/validation.h"

namespace tandem::training {

/// The validation slices of an epoch; what it returns stays valid until it is called again.
using ValidationSource = std::function<const Batch&(std::int64_t epoch)>;

/// The file of the state that the leader finds, told to all ranks; nothing if it finds none. If it fails, all
/// fail with its error. Collective.
std::optional<std::filesystem::path> leader_finds_state(
    comm::Communicator& ranks, const std::function<std::optional<SavedState>()>& find);

/// Epochs, validation, selection, checkpoints of one run on a group of ranks. Every member function is
/// collective; the leader alone writes files.
class Trainer {
 public:
  struct Configs {
    LossConfig loss;
    augment::LatentConfig latent;
    augment::ImageAugmentationConfig image;
    TrainingConfig training;
    parallel::ParallelConfig parallel;
    std::string resolved;  ///< all settings as TOML, stored in the checkpoints
  };
  /// The functions are called on the leader; what they throw ends the training on every rank.
  struct Hooks {
    /// After each step, and with the same number while the epoch is validated.
    std::function<void(std::int64_t step)> after_step = [](std::int64_t) {};
    std::function<void()> before_save = [] {};
    std::function<void(std::int64_t step)> after_save = [](std::int64_t) {};  ///< of a state to go on from
    comm::Watchdog* watchdog = nullptr;  ///< told what every rank is at; may be null
    MakeRecorder recorder = {};          ///< steps are recorded and repeated; empty: each is run
  };

  /// @param checkpoints folder for the saved states and best.h5
  Trainer(comm::Communicator& ranks, model::Networks& net, BatchLoader& loader,
          const ValidationSource& validation, const std::filesystem::path& checkpoints,
          const Configs& configs, Hooks hooks);

  /// Goes on from a saved state; any number of ranks may have written it.
  void resume(const std::filesystem::path& state);
  /// Trains until the last epoch or step, or until a stop is asked for; the state is saved in either case.
  /// @return true if the training is complete
  bool run();
  const Progress& progress() const { return progress_; }

 private:
  enum class Outcome { EpochDone, Stopped };
  struct Seconds {
    double data = 0, step = 0;
  };
  Outcome run_epoch();
  void step_on(const Batch& batch);
  at::Tensor run_step(const StepInputs& in, const StepDraws& draws);
  void tell_step();
  Decision decide(const std::optional<Error>& trouble);
  void finish_epoch(const Seconds& seconds);
  void select_best(const ValidationScore& score);
  void take_losses();
  bool out_of_steps() const;
  void at(comm::Phase phase) const;
  void prepare_state();
  void save();
  void save_or_warn();
  void write_state();
  void leader_writes(const std::function<void()>& write);
  void report_epoch(const ValidationScore* score, const Seconds& seconds);

  model::Networks& net_;
  BatchLoader& loader_;
  ValidationSource validation_;
  CheckpointStore store_;
  Configs configs_;
  Hooks hooks_;
  Spread spread_;
  Adam adam_;
  std::optional<StepGraph> graph_;
  Progress progress_;
  at::Tensor pending_;  ///< the last step's losses, read one step later so that a device is not waited for
  std::optional<Error> trouble_;  ///< of this rank, to be told at the next decision
  int failed_saves_ = 0;
  std::int64_t steps_this_run_ = 0;
  Timer since_start_, since_save_;
};

}  // namespace tandem::training
