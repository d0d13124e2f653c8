#include "training/trainer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/console.h"
#include "base/error.h"
#include "base/stop.h"
#include "base/text.h"
#include "training/upload.h"

namespace tandem::training {
namespace {

constexpr int kFailedSavesAllowed = 2;

/// A batch as tensors where the networks are: x [N,1,H,W] channels last, y [N,H,W] int64.
StepInputs to_tensors(const Batch& batch, const at::Tensor& like) {
  const auto x = at::from_blob(const_cast<float*>(batch.images.data()), {batch.n, 1, batch.crop, batch.crop},
                               at::kFloat);
  const auto labels = [&](const std::vector<std::uint8_t>& values) {
    const auto host =
        at::from_blob(const_cast<std::uint8_t*>(values.data()), {batch.n, batch.crop, batch.crop}, at::kByte);
    return upload(host, like.options().dtype(at::kLong));
  };
  StepInputs in{upload(x, like.options()).contiguous(at::MemoryFormat::ChannelsLast), labels(batch.labels)};
  if (!batch.corrupted_labels.empty()) in.y_corrupted = labels(batch.corrupted_labels);
  return in;
}

}  // namespace

std::optional<std::filesystem::path> leader_finds_state(
    comm::Communicator& ranks, const std::function<std::optional<SavedState>()>& find) {
  std::string file;
  leader_does(ranks, [&] {
    if (const auto state = find()) file = state->file.string();
  });
  file = ranks.host_broadcast(file, 0);
  return file.empty() ? std::nullopt : std::optional<std::filesystem::path>(file);
}

Trainer::Trainer(comm::Communicator& ranks, model::Networks& net, BatchLoader& loader,
                 const ValidationSource& validation, const std::filesystem::path& checkpoints,
                 const Configs& configs, Hooks hooks)
    : net_(net),
      loader_(loader),
      validation_(validation),
      store_(checkpoints),
      configs_(configs),
      hooks_(std::move(hooks)),
      spread_(ranks, configs.parallel, net,
              [this](std::int64_t bucket) {
                if (hooks_.watchdog) hooks_.watchdog->bucket(bucket);
              }),
      adam_(net.parameters(), configs.training.learning_rate, configs.training.betas.at(0),
            configs.training.betas.at(1), configs.training.eps) {
  progress_.loss_sums.assign(kLossNames.size(), 0.0);
  if (hooks_.recorder)
    graph_.emplace(hooks_.recorder,
                   [this](const StepInputs& in, const StepDraws& draws) { return run_step(in, draws); });
}

void Trainer::resume(const std::filesystem::path& state) {
  agree(spread_.ranks(), {}, trouble_of([&] { progress_ = load_state(state, net_, adam_); }));
  // States of before a term was added lack it: it was 0.
  progress_.loss_sums.resize(kLossNames.size(), 0.0);
  const auto epochs = progress_.history["epoch"].size();
  for (const auto& name : kLossNames) progress_.history[name].resize(epochs, 0.0);
}

bool Trainer::out_of_steps() const {
  const auto limit = configs_.training.max_steps;
  return progress_.epoch >= configs_.training.epochs || (limit > 0 && progress_.total_steps >= limit);
}

void Trainer::at(comm::Phase phase) const {
  if (hooks_.watchdog) hooks_.watchdog->phase(phase, progress_.total_steps + 1);
}

bool Trainer::run() {
  since_start_.restart();
  since_save_.restart();
  spread_.check_replicas();
  while (!out_of_steps())
    if (run_epoch() == Outcome::Stopped) {
      save();
      return false;
    }
  progress_.complete = true;
  save();
  at(comm::Phase::Start);  // what follows has the time of a start
  return true;
}

Trainer::Outcome Trainer::run_epoch() {
  loader_.start(progress_.epoch, progress_.step_in_epoch);
  Timer timer;
  Seconds seconds;
  const std::int64_t steps = loader_.steps_per_epoch();
  console::Progress bar(fmt::format("epoch {:>4}", progress_.epoch + 1), steps - progress_.step_in_epoch,
                        /*keep_line=*/false);
  while (progress_.step_in_epoch < steps && !out_of_steps()) {
    timer.restart();
    const auto phase = steps_this_run_ == 0 ? comm::Phase::FirstStep : comm::Phase::Step;
    at(phase);
    Batch batch;
    if (!trouble_) trouble_ = trouble_of([&] { batch = loader_.next(); });
    seconds.data += timer.restart();
    const auto decision = decide(trouble_);
    if (decision.stop) return Outcome::Stopped;
    if (decision.save) {
      save_or_warn();
      at(phase);  // the step's own limit again, not the much longer one of a save
    }
    step_on(batch);
    seconds.step += timer.restart();
    bar.advance();
  }
  finish_epoch(seconds);
  return Outcome::EpochDone;
}

/// Signals may reach some ranks only, so every rank's counts; clocks differ, so only the leader's does.
Decision Trainer::decide(const std::optional<Error>& trouble) {
  Decision wish{.stop = stop_requested()};
  if (spread_.ranks().is_leader()) {
    const auto& config = configs_.training;
    wish.stop |= config.max_minutes > 0 && since_start_.seconds() > 60 * config.max_minutes;
    wish.save = config.checkpoint_minutes > 0 && since_save_.seconds() > 60 * config.checkpoint_minutes;
  }
  return agree(spread_.ranks(), wish, trouble);
}

void Trainer::step_on(const Batch& batch) {
  const augment::StepKey key{std::uint64_t(configs_.training.seed), std::uint32_t(progress_.epoch),
                             std::uint32_t(progress_.step_in_epoch)};
  auto in = to_tensors(batch, adam_.parameters.front());
  in.part = spread_.part_of(batch);
  in.formulation = configs_.training.step;
  if (configs_.training.dtype == DType::BFloat16) in.convolutions = model::Precision::BFloat16;
  const auto draws =
      on_device(draw_step(configs_.latent, key, batch.sample_ids, in.x.sizes(), configs_.image), in.x);
  const auto terms = graph_ ? graph_->run(in, draws) : run_step(in, draws);
  take_losses();
  pending_ = terms;
  ++progress_.step_in_epoch, ++progress_.total_steps, ++steps_this_run_;
  tell_step();
}

at::Tensor Trainer::run_step(const StepInputs& in, const StepDraws& draws) {
  return train_step(net_, adam_, spread_.reducer(), in, draws, configs_.latent, configs_.loss,
                    configs_.image);
}

void Trainer::tell_step() {
  if (spread_.ranks().is_leader() && !trouble_)
    trouble_ = trouble_of([&] { hooks_.after_step(progress_.total_steps); });
}

/// Adds the losses of the step before. They are those of the global batch, so that all ranks see alike. One
/// that is not finite comes again with the same settings: bad input, not a failure of the machine.
void Trainer::take_losses() {
  if (!pending_.defined()) return;
  const auto values = pending_.to(at::kCPU, at::kDouble);
  pending_.reset();
  for (size_t i = 0; i < kLossNames.size(); ++i) {
    const double value = values[std::int64_t(i)].item<double>();
    if (!std::isfinite(value))
      throw CommonError(
          fmt::format("epoch {}, step {}: loss is not finite ({} = {}); the last checkpoint in {} stands",
                      progress_.epoch + 1, progress_.step_in_epoch, kLossNames[i], value,
                      store_.folder().string()),
          ExitCode::BadInput);
    progress_.loss_sums[i] += value;
  }
}

void Trainer::finish_epoch(const Seconds& seconds) {
  take_losses();
  spread_.join_statistics();
  auto& history = progress_.history;
  history["epoch"].push_back(double(progress_.epoch));
  for (size_t i = 0; i < kLossNames.size(); ++i)
    history[kLossNames[i]].push_back(progress_.loss_sums[i] / double(progress_.step_in_epoch));
  if (configs_.image.da.method == augment::ImageMethod::RandomConvolution)
    history["randconv_inverted"].push_back(
        augment::inverted_fraction(configs_.image, std::uint64_t(configs_.training.seed),
                                   std::uint32_t(progress_.epoch), progress_.step_in_epoch));
  const bool last = progress_.epoch + 1 >= configs_.training.epochs || out_of_steps();
  const bool validated = last || (progress_.epoch + 1) % configs_.training.validate_every == 0;
  const auto before_chunk = [&] {  // each has the time of a case, and is a sign of life
    at(comm::Phase::Evaluation);
    tell_step();
  };
  const ValidationScore score =
      validated ? validate(net_, validation_(progress_.epoch), configs_.training.batch_size, spread_.ranks(),
                           before_chunk, configs_.training.step)
                : ValidationScore{NAN, NAN};
  history["val_ftn_miou"].push_back(score.ftn);
  history["val_stn_miou"].push_back(score.stn);
  history["data_seconds"].push_back(seconds.data);
  history["step_seconds"].push_back(seconds.step);
  if (validated) select_best(score);
  report_epoch(validated ? &score : nullptr, seconds);
  ++progress_.epoch;
  progress_.step_in_epoch = 0;
  progress_.loss_sums.assign(kLossNames.size(), 0.0);
}

void Trainer::select_best(const ValidationScore& score) {
  const auto select = configs_.training.select_by;
  const double selector = select == SelectBy::LastEpoch    ? double(progress_.epoch)
                          : select == SelectBy::FtnMeanIoU ? score.ftn
                                                           : score.stn;
  if (!(selector > progress_.best_score)) return;
  progress_.best_score = selector;
  progress_.best_epoch = progress_.epoch;
  leader_writes([&] { save_weights(store_.folder() / "best.h5", net_, configs_.resolved); });
}

/// A state that any number of ranks can go on from: nothing of one rank alone is in it.
void Trainer::prepare_state() {
  take_losses();
  spread_.join_statistics();
  spread_.check_replicas();
}

void Trainer::save() {
  prepare_state();
  write_state();
}

/// A save on the way may fail (disk full): the training goes on and the state before stands; not for ever.
void Trainer::save_or_warn() {
  prepare_state();
  const auto trouble = trouble_of([&] { write_state(); });
  failed_saves_ = trouble ? failed_saves_ + 1 : 0;
  if (!trouble) return;
  if (trouble->code() != ExitCode::Failure || failed_saves_ > kFailedSavesAllowed)
    throw CommonError(trouble->what(), trouble->code());
  if (spread_.ranks().is_leader())
    console::warn(fmt::format("the state was not saved: {}. The training goes on; the state before stands",
                              trouble->what()));
}

void Trainer::write_state() {
  since_save_.restart();
  leader_writes([&] {
    store_.save(progress_.total_steps, [&](const std::filesystem::path& path) {
      save_state(path, net_, adam_, progress_, configs_.resolved);
    });
    hooks_.after_save(progress_.total_steps);
  });
  if (hooks_.watchdog) hooks_.watchdog->checkpoint_saved(progress_.total_steps);
}

void Trainer::leader_writes(const std::function<void()>& write) {
  at(comm::Phase::Checkpoint);
  leader_does(spread_.ranks(), [&] {
    hooks_.before_save();
    write();
  });
}

void Trainer::report_epoch(const ValidationScore* score, const Seconds& seconds) {
  const auto& h = progress_.history;
  const auto mean = [&](const char* name) { return h.at(name).back(); };
  std::string added;
  if (configs_.latent.latent_DA)
    added = fmt::format(" | hard seg {:.3f} rec {:.4f} stn {:.3f} corrupted {:.3f}", mean("hard_ce_p"),
                        mean("hard_rec"), mean("hard_ce_stn_p"), mean("hard_ce_stn_pm"));
  if (configs_.image.active())
    added +=
        fmt::format(" | {} seg {:.3f} rec {:.4f} stn {:.3f} consistency {:.4f}", configs_.image.method_name(),
                    mean("da_ce_p"), mean("da_rec"), mean("da_ce_stn_p"), mean("da_consistency"));
  const std::string val = score ? fmt::format("  val mIoU FTN {:.3f} FTN+STN {:.3f}{}", score->ftn,
                                              score->stn, progress_.best_epoch == progress_.epoch ? "*" : " ")
                                : "";
  const auto& c = configs_.training;
  std::int64_t total = c.epochs * loader_.steps_per_epoch();
  if (c.max_steps > 0) total = std::min(total, c.max_steps);
  const double left =
      since_start_.seconds() / double(steps_this_run_) * double(total - progress_.total_steps);
  const std::int64_t epochs = (total + loader_.steps_per_epoch() - 1) / loader_.steps_per_epoch();
  console::say(
      "epoch {:>4}/{}  loss {:.3f} (seg {:.3f} rec {:.4f} stn {:.3f} gt {:.3f}{}){}  data {:.1f} s  step "
      "{:.1f} s  "
      "{} left",
      progress_.epoch + 1, epochs, mean("total"), mean("ce_p"), mean("rec"), mean("ce_stn_p"),
      mean("ce_stn_y"), added, val, seconds.data, seconds.step, format_duration(left));
}

}  // namespace tandem::training
