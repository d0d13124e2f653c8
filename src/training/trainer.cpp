#include "training/trainer.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/console.h"
#include "base/error.h"
#include "base/stop.h"
#include "base/text.h"
#include "equations/overlap_metrics.h"
#include "evaluation/predictor.h"

namespace tandem::training {
namespace {

/// A batch as tensors where the networks are: x [N,1,H,W] channels last, y [N,H,W] int64.
StepInputs to_tensors(const Batch& batch, const at::Tensor& like) {
  const auto x = at::from_blob(const_cast<float*>(batch.images.data()), {batch.n, 1, batch.crop, batch.crop}, at::kFloat);
  const auto y = at::from_blob(const_cast<std::uint8_t*>(batch.labels.data()), {batch.n, batch.crop, batch.crop}, at::kByte);
  return {x.to(like.options().requires_grad(false), false, /*copy=*/true).contiguous(at::MemoryFormat::ChannelsLast),
          y.to(like.device(), at::kLong)};
}

}  // namespace

Trainer::Trainer(model::Networks& net, BatchLoader& loader, const Batch& validation, const std::filesystem::path& folder,
                 const Configs& configs)
    : net_(net), loader_(loader), validation_(validation), folder_(folder), configs_(configs),
      adam_(net.parameters(), configs.training.learning_rate, configs.training.betas.at(0), configs.training.betas.at(1),
            configs.training.eps) {
  progress_.loss_sums.assign(kLossNames.size(), 0.0);
}

void Trainer::resume() { progress_ = load_state(folder_ / "checkpoints/last.h5", net_, adam_); }

bool Trainer::out_of_steps() const {
  const auto limit = configs_.training.max_steps;
  return progress_.epoch >= configs_.training.epochs || (limit > 0 && progress_.total_steps >= limit);
}

bool Trainer::run() {
  since_start_.restart();
  since_save_.restart();
  while (!out_of_steps())
    if (run_epoch() == Outcome::Stopped) {
      save_last();
      return false;
    }
  progress_.complete = true;
  save_last();
  return true;
}

Trainer::Outcome Trainer::run_epoch() {
  const auto& config = configs_.training;
  loader_.start(progress_.epoch, progress_.step_in_epoch);
  Timer timer;
  double data_seconds = 0, step_seconds = 0;
  const std::int64_t steps = loader_.steps_per_epoch();
  while (progress_.step_in_epoch < steps) {
    timer.restart();
    const Batch batch = loader_.next();
    data_seconds += timer.restart();
    const augment::StepKey key{std::uint64_t(config.seed), std::uint32_t(progress_.epoch),
                               std::uint32_t(progress_.step_in_epoch)};
    const auto in = to_tensors(batch, adam_.parameters.front());
    const auto draws = draw_step(configs_.latent, key, batch.sample_ids, in.x.sizes());
    const auto terms = train_step(net_, adam_, in, draws, configs_.latent, configs_.loss);
    if (pending_.defined()) take_losses(pending_);
    pending_ = terms;
    step_seconds += timer.restart();
    ++progress_.step_in_epoch, ++progress_.total_steps, ++steps_this_run_;
    if (out_of_steps()) break;
    const bool time_is_up = config.max_minutes > 0 && since_start_.seconds() > 60 * config.max_minutes;
    if ((stop_requested() || time_is_up) && progress_.step_in_epoch < steps) return Outcome::Stopped;
    if (config.checkpoint_minutes > 0 && since_save_.seconds() > 60 * config.checkpoint_minutes) save_last();
  }
  finish_epoch(data_seconds, step_seconds);
  const bool time_is_up = config.max_minutes > 0 && since_start_.seconds() > 60 * config.max_minutes;
  return (stop_requested() || time_is_up) && !out_of_steps() ? Outcome::Stopped : Outcome::EpochDone;
}

void Trainer::take_losses(const at::Tensor& terms) {
  const auto values = terms.to(at::kCPU, at::kDouble);
  for (size_t i = 0; i < kLossNames.size(); ++i) {
    const double value = values[std::int64_t(i)].item<double>();
    if (!std::isfinite(value))
      throw Error(fmt::format("epoch {}, step {}: loss is not finite ({} = {}); the last checkpoint in {} stands",
                              progress_.epoch + 1, progress_.step_in_epoch, kLossNames[i], value,
                              (folder_ / "checkpoints").string()), ExitCode::Failure);
    progress_.loss_sums[i] += value;
  }
}

void Trainer::finish_epoch(double data_seconds, double step_seconds) {
  if (pending_.defined()) take_losses(pending_);
  pending_.reset();
  auto& history = progress_.history;
  history["epoch"].push_back(double(progress_.epoch));
  for (size_t i = 0; i < kLossNames.size(); ++i)
    history[kLossNames[i]].push_back(progress_.loss_sums[i] / double(progress_.step_in_epoch));
  const bool last = progress_.epoch + 1 >= configs_.training.epochs || out_of_steps();
  const bool validated = last || (progress_.epoch + 1) % configs_.training.validate_every == 0;
  const ValidationScore score = validated ? validate() : ValidationScore{NAN, NAN};
  history["val_ftn_miou"].push_back(score.ftn);
  history["val_stn_miou"].push_back(score.stn);
  history["data_seconds"].push_back(data_seconds);
  history["step_seconds"].push_back(step_seconds);
  const auto select = configs_.training.select_by;
  const double selector = select == SelectBy::LastEpoch    ? double(progress_.epoch)
                          : select == SelectBy::FtnMeanIoU ? score.ftn
                                                           : score.stn;
  if (validated && selector > progress_.best_score) {
    progress_.best_score = selector;
    progress_.best_epoch = progress_.epoch;
    save_weights(folder_ / "checkpoints/best.h5", net_, configs_.resolved);
  }
  report_epoch(validated ? &score : nullptr, data_seconds, step_seconds);
  ++progress_.epoch;
  progress_.step_in_epoch = 0;
  progress_.loss_sums.assign(kLossNames.size(), 0.0);
}

ValidationScore Trainer::validate() {
  if (validation_.n == 0) return {NAN, NAN};
  equations::Confusion ftn_counts{}, stn_counts{};
  const auto like = adam_.parameters.front().options().requires_grad(false);
  const std::int64_t pixels = validation_.crop * validation_.crop, chunk = configs_.training.batch_size;
  for (std::int64_t first = 0; first < validation_.n; first += chunk) {
    const std::int64_t n = std::min(chunk, validation_.n - first);
    const auto x = at::from_blob(const_cast<float*>(validation_.images.data()) + first * pixels,
                                 {n, 1, validation_.crop, validation_.crop}, at::kFloat)
                       .to(like)
                       .contiguous(at::MemoryFormat::ChannelsLast);
    const auto [ftn, stn] = evaluation::segment(net_, x);
    const std::span label(validation_.labels.data() + first * pixels, size_t(n * pixels));
    for (const auto& [prediction, counts] : {std::pair{ftn, &ftn_counts}, std::pair{stn, &stn_counts}}) {
      const auto bytes = prediction.to(at::kCPU, at::kByte).contiguous();
      equations::add_confusion(*counts, label, {bytes.const_data_ptr<std::uint8_t>(), size_t(n * pixels)});
    }
  }
  return {equations::mean_iou(ftn_counts), equations::mean_iou(stn_counts)};
}

void Trainer::save_last() {
  if (pending_.defined()) take_losses(pending_);
  pending_.reset();
  save_state(folder_ / "checkpoints/last.h5", net_, adam_, progress_, configs_.resolved);
  since_save_.restart();
}

void Trainer::report_epoch(const ValidationScore* score, double data_seconds, double step_seconds) {
  const auto& h = progress_.history;
  const auto mean = [&](const char* name) { return h.at(name).back(); };
  std::string hard;
  if (configs_.latent.latent_DA)
    hard = fmt::format(" | hard seg {:.3f} rec {:.4f} stn {:.3f} corrupted {:.3f}", mean("hard_ce_p"), mean("hard_rec"),
                       mean("hard_ce_stn_p"), mean("hard_ce_stn_pm"));
  const std::string val = score ? fmt::format("  val mIoU FTN {:.3f} FTN+STN {:.3f}{}", score->ftn, score->stn,
                                              progress_.best_epoch == progress_.epoch ? "*" : " ")
                                : "";
  const auto& c = configs_.training;
  std::int64_t total = c.epochs * loader_.steps_per_epoch();
  if (c.max_steps > 0) total = std::min(total, c.max_steps);
  const double left = since_start_.seconds() / double(steps_this_run_) * double(total - progress_.total_steps);
  const std::int64_t epochs = (total + loader_.steps_per_epoch() - 1) / loader_.steps_per_epoch();
  console::say("epoch {:>4}/{}  loss {:.3f} (seg {:.3f} rec {:.4f} stn {:.3f} gt {:.3f}{}){}  data {:.1f} s  step {:.1f} s  "
               "{} left", progress_.epoch + 1, epochs, mean("total"), mean("ce_p"), mean("rec"), mean("ce_stn_p"),
               mean("ce_stn_y"), hard, val, data_seconds, step_seconds, format_duration(left));
}

}  // namespace tandem::training
