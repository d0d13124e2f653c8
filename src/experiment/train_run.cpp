#include "experiment/train_run.h"

#include <ATen/core/Tensor.h>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "data/slice_dataset.h"
#include "data/split.h"
#include "model/initialization.h"
#include "training/device.h"
#include "training/trainer.h"

namespace tandem::experiment {
namespace {

at::ScalarType scalar_type(training::DType dtype) { return dtype == training::DType::Float64 ? at::kDouble : at::kFloat; }

std::vector<std::filesystem::path> training_files(const ExperimentConfig& config) {
  require(!config.data.train.empty(),
          "data.train names no data set; give one with --set data.train=FILE.h5 (tandem-data import makes it)");
  return {config.data.train.begin(), config.data.train.end()};
}

data::Split split_of(const ExperimentConfig& config) {
  const auto& s = config.split;
  return s.file.empty() ? data::paper_split(s.setting, s.cval, s.val_list) : data::read_split(s.file);
}

training::Trainer::Configs trainer_configs(const ExperimentConfig& config) {
  return {config.loss, config.latent, config.training, config.dump()};
}

/// What a finished training leaves for tables; scores come with evaluate_run().
void publish(const ExperimentConfig& config, const RunFolder& folder, const training::Progress& progress) {
  records::RunResult result;
  result.experiment = config.name;
  result.run_id = config.id();
  result.config = config.dump();
  result.environment = read_text_file(folder.environment());
  result.state = "complete";
  result.seed = config.training.seed;
  result.cval = config.split.cval;
  result.history = progress.history;
  records::write_result(folder.result(), result);
}

}  // namespace

void train_run(const ExperimentConfig& config, const RunFolder& folder, bool resume) {
  const auto device = training::choose_device(config.training.device, config.training.threads);
  console::set_log_file(folder.log());
  const auto split = split_of(config);
  const auto files = training_files(config);
  const data::SliceDataset training_slices(files, split.training), validation_slices(files, split.validation);
  training::BatchLoader loader(training_slices, config.augmentation,
                               {config.training.batch_size, config.training.keep_orig_pairs,
                                std::uint64_t(config.training.seed), int(config.training.loader_threads)});
  const auto validation =
      training::validation_batch(validation_slices, config.augmentation, std::uint64_t(config.training.seed));

  model::Networks net(config.model);
  model::initialise(net, std::uint64_t(config.training.seed));
  net.to(device, scalar_type(config.training.dtype));
  training::Trainer trainer(net, loader, validation, folder.path(), trainer_configs(config));
  if (resume) trainer.resume();
  else write_text_file(folder.environment(), describe_environment(device.str()));

  console::say("run {}-{} in {} ({}, {}, {})", config.name, config.id(), folder.path().string(),
               config.latent.latent_DA ? "cooperative" : "standard",
               config.training.dtype == training::DType::Float64 ? "float64" : "float32", device.str());
  console::say("{} training slices of {} patients, {} validation slices of {}; {} steps an epoch{}", training_slices.size(),
               split.training.size(), validation_slices.size(), split.validation.size(), loader.steps_per_epoch(),
               resume ? fmt::format("; going on after step {}", trainer.progress().total_steps) : "");
  if (!trainer.run())
    throw Error(fmt::format("stopped at step {}, saved; go on with: tandem train --resume {}",
                            trainer.progress().total_steps, folder.path().string()), ExitCode::Stopped);
  publish(config, folder, trainer.progress());
  console::say("done: {} steps, best epoch {} (score {:.4f}); evaluate with: tandem evaluate {} --data FILE...",
               trainer.progress().total_steps, trainer.progress().best_epoch + 1, trainer.progress().best_score,
               folder.path().string());
  console::set_log_file("");
}

model::Networks load_networks(const RunFolder& folder, const ExperimentConfig& config, const std::string& device) {
  require(std::filesystem::exists(folder.best()), "{} has no checkpoints/best.h5 yet; train it first",
          folder.path().string());
  const auto where = training::choose_device(device, config.training.threads);
  model::Networks net(config.model);
  training::load_weights(folder.best(), net);
  net.to(where, scalar_type(config.training.dtype));
  return net;
}

}  // namespace tandem::experiment
