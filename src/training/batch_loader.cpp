#include "training/batch_loader.h"

#include <algorithm>
#include <numeric>

#include "augment/label_corruption.h"
#include "augment/training_policy.h"
#include "base/error.h"
#include "base/random.h"
#include "base/timer.h"

namespace tandem::training {
namespace {

std::int64_t steps_of(const data::SliceDataset& dataset, const LoaderConfig& config) {
  const auto items = items_per_step(config);
  return (dataset.size() + items - 1) / items;
}

/// Order of the slices in an epoch (Fisher-Yates).
std::vector<std::int64_t> shuffled(std::int64_t n, std::uint64_t seed, std::int64_t epoch) {
  std::vector<std::int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  RandomStream random({seed, Purpose::Shuffle, std::uint32_t(epoch)});
  for (std::int64_t i = n - 1; i > 0; --i) std::swap(order[size_t(i)], order[size_t(random.integer(0, i))]);
  return order;
}

std::uint32_t hash_of(const std::string& name) { return hash_name(name.data(), name.size()); }

void append(Batch& batch, const augment::SlicePair& pair, std::uint32_t id) {
  ++batch.n;
  batch.images.insert(batch.images.end(), pair.image.values.begin(), pair.image.values.end());
  batch.labels.insert(batch.labels.end(), pair.label.values.begin(), pair.label.values.end());
  batch.sample_ids.push_back(id);
}

/// A slice as the networks see it: augmented with draws of its own, or plain under policy none.
augment::SlicePair prepared(const data::SlicePair& pair, const augment::AugmentConfig& augmentation,
                            const RandomKey& key) {
  if (augmentation.policy == augment::Policy::None) return augment::plain_pair(pair, augmentation);
  RandomStream random(key);
  const auto draw = augment::draw_policy(augmentation, random, pair.image.rows, pair.image.columns);
  return augment::augment(pair, draw, augmentation);
}

}  // namespace

std::int64_t items_per_step(const LoaderConfig& config) {
  return config.keep_orig_pairs ? std::max<std::int64_t>(1, config.batch_size / 2) : config.batch_size;
}

std::int64_t first_item_of_part(std::int64_t items, std::int64_t parts, std::int64_t part) {
  return items * part / parts;
}

namespace {

/// Corrupts the batch's last label map. An original shares its partner's slice, not its id.
void append_corrupted_label(Batch& batch, const Image<std::uint8_t>& label, std::uint64_t seed) {
  RandomStream random(
      {seed, Purpose::LabelCorruption, std::uint32_t(batch.epoch), 0, batch.sample_ids.back()});
  const auto corrupted = augment::corrupt_label(label, augment::draw_label_corruption(label, random));
  batch.corrupted_labels.insert(batch.corrupted_labels.end(), corrupted.values.begin(),
                                corrupted.values.end());
}

/// Adds the slices of some items, [augmented...; originals...]. @param items indices into the data set
void append_part(Batch& batch, const data::SliceDataset& dataset, const augment::AugmentConfig& augmentation,
                 const LoaderConfig& config, std::span<const std::int64_t> items) {
  const bool corrupt = augmentation.label_corruption == augment::LabelCorruption::HandMade;
  const auto add = [&](const augment::SlicePair& pair, std::uint32_t id) {
    append(batch, pair, id);
    if (corrupt) append_corrupted_label(batch, pair.label, config.seed);
  };
  std::vector<augment::SlicePair> originals;
  for (const auto index : items) {
    const auto pair = dataset.slice(dataset.labelled_slice(index, config.seed, batch.epoch));
    const auto id = hash_of(dataset.name(index));
    add(prepared(pair, augmentation, {config.seed, Purpose::Augmentation, std::uint32_t(batch.epoch), 0, id}),
        id);
    if (config.keep_orig_pairs) originals.push_back(augment::original_pair(pair, augmentation));
  }
  for (size_t i = 0; i < originals.size(); ++i)
    add(originals[i], hash_of(dataset.name(items[i]) + "/original"));
  batch.parts.push_back(std::int64_t(items.size() + originals.size()));
}

}  // namespace

Batch make_batch(const data::SliceDataset& dataset, const augment::AugmentConfig& augmentation,
                 const LoaderConfig& config, std::int64_t epoch, std::int64_t step) {
  const auto order = shuffled(dataset.size(), config.seed, epoch);
  const auto first = step * items_per_step(config);
  const auto items = std::min(items_per_step(config), dataset.size() - first);
  Batch batch;
  batch.crop = augmentation.crop;
  batch.epoch = epoch, batch.step = step;
  batch.items = items, batch.rows_per_item = config.keep_orig_pairs ? 2 : 1;
  batch.samples = items * batch.rows_per_item;
  const auto& cut = config.cut;
  const auto pixels =
      size_t((items / cut.parts + 1) * cut.count * batch.rows_per_item * batch.crop * batch.crop);
  batch.images.reserve(pixels);
  batch.labels.reserve(pixels);
  for (auto part = cut.first; part < cut.first + cut.count; ++part) {
    const auto begin = first_item_of_part(items, cut.parts, part);
    const auto end = first_item_of_part(items, cut.parts, part + 1);
    append_part(batch, dataset, augmentation, config,
                std::span(order).subspan(size_t(first + begin), size_t(end - begin)));
  }
  return batch;
}

Batch validation_batch(const data::SliceDataset& dataset, const augment::AugmentConfig& augmentation,
                       std::uint64_t seed, std::int64_t epoch) {
  augmentation.check();
  const bool augmented = augmentation.validation == augment::ValidationSlices::Augmented;
  if (!augmented) epoch = 0;
  Batch batch;
  batch.crop = augmentation.crop;
  batch.epoch = epoch;
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const auto pair = dataset.slice(dataset.labelled_slice(i, seed, epoch));
    const auto id = hash_of(dataset.name(i));
    const RandomKey key{seed, Purpose::ValidationAugmentation, std::uint32_t(epoch), 0, id};
    append(batch, augmented ? prepared(pair, augmentation, key) : augment::plain_pair(pair, augmentation),
           id);
  }
  return batch;
}

BatchLoader::BatchLoader(const data::SliceDataset& dataset, const augment::AugmentConfig& augmentation,
                         const LoaderConfig& config)
    : dataset_(dataset), augmentation_(augmentation), config_(config) {
  augmentation_.check();
  require(dataset_.size() > 0,
          "there is no slice to train on; name training patients and their data set files");
  require(config_.batch_size >= 1, "the batch size must be at least 1, not {}", config_.batch_size);
  require(config_.threads >= 1, "the loader needs at least 1 thread, not {}", config_.threads);
}

BatchLoader::~BatchLoader() { stop(); }

std::int64_t BatchLoader::steps_per_epoch() const { return steps_of(dataset_, config_); }

void BatchLoader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& worker : workers_) worker.join();
  workers_.clear();
  ready_.clear();
  stopping_ = false;
}

void BatchLoader::start(std::int64_t epoch, std::int64_t first_step) {
  require(epoch >= 0 && first_step >= 0 && first_step <= steps_per_epoch(),
          "there is no step {} in epoch {}: an epoch has {} steps", first_step, epoch, steps_per_epoch());
  const auto position = epoch * steps_per_epoch() + first_step;
  if (!workers_.empty() && position == next_out_) return;
  stop();
  next_out_ = next_in_ = position;
  for (int i = 0; i < config_.threads; ++i) workers_.emplace_back([this] { work(); });
}

void BatchLoader::work() {
  const std::int64_t steps = steps_per_epoch(), ahead = 2 * std::int64_t(config_.threads);
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || next_in_ < next_out_ + ahead; });
    if (stopping_) return;
    const auto position = next_in_++;
    lock.unlock();
    std::variant<Batch, std::exception_ptr> result;
    try {
      result = make_batch(dataset_, augmentation_, config_, position / steps, position % steps);
    } catch (...) {
      result = std::current_exception();
    }
    lock.lock();
    ready_.emplace(position, std::move(result));
    changed_.notify_all();
  }
}

Batch BatchLoader::next() {
  require(!workers_.empty(), "BatchLoader::next() was called before start()");
  const Timer timer;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ready_.contains(next_out_); });
  auto result = std::move(ready_.extract(next_out_++).mapped());
  lock.unlock();
  changed_.notify_all();
  wait_seconds_ += timer.seconds();
  if (auto* error = std::get_if<std::exception_ptr>(&result)) {
    stop();
    std::rethrow_exception(*error);
  }
  return std::get<Batch>(std::move(result));
}

}  // namespace tandem::training
