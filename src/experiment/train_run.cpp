#include "experiment/train_run.h"

#include <ATen/core/Tensor.h>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "experiment/complete_result.h"
#include "experiment/slices.h"
#include "model/initialization.h"
#include "training/cuda_graph.h"
#include "training/device.h"
#include "training/trainer.h"

namespace tandem::experiment {
namespace {

at::ScalarType scalar_type(training::DType dtype) {
  return dtype == training::DType::Float64 ? at::kDouble : at::kFloat;  // bfloat16: weights are float32
}

training::Trainer::Configs trainer_configs(const ExperimentConfig& config) {
  return {config.loss, config.latent, config.image, config.training, config.parallel, config.dump()};
}

/// What a finished training leaves for tables; scores come with evaluate_run().
void publish(const ExperimentConfig& config, const RunFolder& folder, const training::Progress& progress) {
  auto result = complete_result(config, folder);
  result.history = progress.history;
  records::write_result(folder.result(), result);
}

std::string describe_ranks(const comm::Communicator& ranks, const ExperimentConfig& config) {
  if (ranks.size() == 1) return "";
  return fmt::format(", {} ranks by {}, bn {}", ranks.size(), comm::name_of(ranks.backend()),
                     config.parallel.bn == parallel::BnScope::Sync    ? "over all"
                     : config.parallel.bn == parallel::BnScope::Local ? "on each rank"
                                                                      : "over groups");
}

/// Where a rank computes.
struct Machine {
  c10::Device device;
  training::MakeRecorder recorder;  ///< of its steps, if they are to be recorded
};

/// @param state saved state to go on from, or nothing
void train(const Team& team, const ExperimentConfig& config, const Slices& slices, const RunFolder& folder,
           const Machine& machine, const std::optional<std::filesystem::path>& state,
           training::Trainer::Hooks hooks) {
  auto& ranks = team.ranks;
  hooks.watchdog = team.watchdog;
  hooks.recorder = machine.recorder;
  const auto seed = std::uint64_t(config.training.seed);
  if (ranks.is_leader()) console::set_log_file(folder.log());
  training::BatchLoader loader(slices.training, config.augmentation,
                               {.batch_size = config.training.batch_size,
                                .keep_orig_pairs = config.training.keep_orig_pairs,
                                .seed = seed,
                                .threads = int(config.training.loader_threads),
                                .cut = training::cut_for(config.parallel, ranks)});
  auto validation = training::validation_batch(slices.validation, config.augmentation, seed, /*epoch=*/0);
  const auto validation_of = [&](std::int64_t epoch) -> const training::Batch& {
    if (config.augmentation.validation == augment::ValidationSlices::Augmented && epoch != validation.epoch)
      validation = training::validation_batch(slices.validation, config.augmentation, seed, epoch);
    return validation;
  };
  model::Networks net(config.model);
  model::initialise(net, seed);
  net.to(machine.device, scalar_type(config.training.dtype));
  training::Trainer trainer(ranks, net, loader, validation_of, folder.checkpoints(), trainer_configs(config),
                            hooks);
  if (state) trainer.resume(*state);

  console::say("run {}-{} in {} ({}{}, {}, {}{})", config.name, config.id(), folder.path().string(),
               config.latent.latent_DA ? "cooperative" : "standard",
               config.image.active() ? " + " + config.image.method_name() : "",
               training::name_of(config.training.dtype), machine.device.str(), describe_ranks(ranks, config));
  console::say("{} training slices of {} patients, {} validation slices of {}; {} steps an epoch{}",
               slices.training.size(), slices.split.training.size(), slices.validation.size(),
               slices.split.validation.size(), loader.steps_per_epoch(),
               state ? fmt::format("; going on after step {}", trainer.progress().total_steps) : "");
  if (!trainer.run())
    throw CommonError(fmt::format("stopped at step {}, saved; go on with: tandem train --resume {}",
                                  trainer.progress().total_steps, folder.path().string()),
                      ExitCode::Stopped);
  training::leader_does(ranks, [&] { publish(config, folder, trainer.progress()); });
  console::say("done: {} steps, best epoch {} (score {:.4f})", trainer.progress().total_steps,
               trainer.progress().best_epoch + 1, trainer.progress().best_score);
  console::set_log_file("");
}

/// For runs that stay where they are; those of a sweep go when their results are published.
void say_what_is_next(const RunFolder& folder) {
  console::say("evaluate with: tandem evaluate {} --data FILE...", folder.path().string());
}

/// The device of this rank, with the cores of the host shared out.
Machine machine_for(const Team& team, const ExperimentConfig& config) {
  const auto device = training::choose_device(config.training.device, config.training.threads,
                                              team.local_rank, team.local_ranks, config.training.tf32);
  if (!config.training.cuda_graphs) return {device, {}};
  const bool whole_batch =
      team.ranks.size() == 1 && config.parallel.deterministic == parallel::Deterministic::None;
  training::check_recordable(device, whole_batch, config.image);
  return {device, training::cuda_graph_recorders(training::cuda_graph_plugin_path(), device)};
}

}  // namespace

void train_new_run(const Team& team, const ExperimentConfig& config, bool force) {
  auto& ranks = team.ranks;
  const auto machine = machine_for(team, config);
  training::leader_does(ranks, [&] { RunFolder::refuse_existing(config, force); });
  const auto slices = read_slices(team, config);
  training::leader_does(ranks, [&] {
    const auto folder = RunFolder::create(config);
    write_text_file(folder.environment(), describe_environment(machine.device.str(), ranks.size()));
  });
  train(team, config, *slices, RunFolder::of(config), machine, std::nullopt, {});
  say_what_is_next(RunFolder::of(config));
}

void resume_run(const Team& team, const RunFolder& folder, const std::vector<std::string>& overrides) {
  auto& ranks = team.ranks;
  const auto config = folder.read_config(overrides);
  require(config.id() == folder.read_config().id(),
          "--resume cannot change settings that decide the result; start a new run with: tandem train {} "
          "--set ...",
          folder.config().string());
  const auto state = training::leader_finds_state(ranks, [&] {
    const auto newest = training::CheckpointStore(folder.checkpoints()).newest();
    require(newest.has_value(),
            "{} has no saved state to go on from; start it anew with: tandem train {} --force",
            folder.path().string(), folder.config().string());
    return newest;
  });
  const auto machine = machine_for(team, config);
  const auto slices = read_slices(team, config);
  train(team, config, *slices, folder, machine, state, {});
  say_what_is_next(folder);
}

void train_in(const Team& team, const ExperimentConfig& config, const RunFolder& folder,
              const std::optional<std::filesystem::path>& state, const training::Trainer::Hooks& hooks) {
  auto& ranks = team.ranks;
  const auto machine = machine_for(team, config);
  const auto slices = read_slices(team, config);
  training::leader_does(ranks, [&] {
    write_text_file(folder.environment(), describe_environment(machine.device.str(), ranks.size()));
  });
  train(team, config, *slices, folder, machine, state, hooks);
}

model::Networks load_networks(const Team& team, const RunFolder& folder, const ExperimentConfig& config,
                              const std::string& device) {
  require(std::filesystem::exists(folder.best()), "{} has no checkpoints/best.h5 yet; train it first",
          folder.path().string());
  const auto where =
      training::choose_device(device, config.training.threads, team.local_rank, team.local_ranks,
                              /*tf32=*/false);
  model::Networks net(config.model);
  training::load_weights(folder.best(), net);
  net.to(where, scalar_type(config.training.dtype));
  return net;
}

}  // namespace tandem::experiment
