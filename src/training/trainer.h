#pragma once
#include <filesystem>
#include <functional>

#include "augment/latent_config.h"
#include "base/timer.h"
#include "training/batch_loader.h"
#include "training/checkpoint.h"
#include "training/train_step.h"
#include "training/training_config.h"

namespace tandem::training {

/// Mean IoU over the four classes on the validation slices, by both networks.
struct ValidationScore {
  double ftn = 0, stn = 0;
};

/// Epochs, validation, selection, checkpoints of one run. Not collective: one process.
class Trainer {
 public:
  struct Configs {
    LossConfig loss;
    augment::LatentConfig latent;
    TrainingConfig training;
    std::string resolved;  ///< all settings as TOML, stored in the checkpoints
  };

  /// @param folder run folder; checkpoints/{best,last}.h5 are written below it
  Trainer(model::Networks& net, BatchLoader& loader, const Batch& validation, const std::filesystem::path& folder,
          const Configs& configs);

  /// Goes on from checkpoints/last.h5.
  void resume();
  /// Trains until the last epoch or step, or until a stop is asked for; the state is saved in either case.
  /// @return true if the training is complete
  bool run();
  const Progress& progress() const { return progress_; }

 private:
  enum class Outcome { EpochDone, Stopped };
  Outcome run_epoch();
  void finish_epoch(double data_seconds, double step_seconds);
  ValidationScore validate();
  void take_losses(const at::Tensor& terms);
  bool out_of_steps() const;
  void save_last();
  void report_epoch(const ValidationScore* score, double data_seconds, double step_seconds);

  model::Networks& net_;
  BatchLoader& loader_;
  const Batch& validation_;
  std::filesystem::path folder_;
  Configs configs_;
  Adam adam_;
  Progress progress_;
  at::Tensor pending_;  ///< loss terms of the last step, read one step late so that the step never waits for them
  Timer since_start_, since_save_;
  std::int64_t steps_this_run_ = 0;
};

}  // namespace tandem::training
