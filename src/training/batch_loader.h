#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "augment/augment_config.h"
#include "data/slice_dataset.h"

namespace tandem::training {

/// Which part of every global batch is made here: its items are cut into `parts` runs of neighbours whose
/// sizes differ by at most one; those from `first` on, `count` of them, are ours.
struct Cut {
  std::int64_t parts = 1, first = 0, count = 1;
};

/// Slices for one step: the parts of a Cut one after the other.
struct Batch {
  std::int64_t n = 0, crop = 0;
  std::int64_t samples = 0;  ///< rows of the global batch: items x rows_per_item
  std::int64_t items = 0, rows_per_item = 1;
  std::vector<std::int64_t> parts;             ///< rows of each part here; they add up to n
  std::vector<float> images;                   ///< [N,1,crop,crop]
  std::vector<std::uint8_t> labels;            ///< [N,crop,crop], classes 0..3
  std::vector<std::uint8_t> corrupted_labels;  ///< the same corrupted by hand; empty if not asked for
  std::vector<std::uint32_t>
      sample_ids;  ///< [N], a hash of case id and slice; an original's differs from its partner's
  std::int64_t epoch = 0, step = 0;
};

/// How batches are put together and by how many threads.
struct LoaderConfig {
  std::int64_t batch_size = 20;
  bool keep_orig_pairs = true;
  std::uint64_t seed = 0;
  int threads = 1;
  Cut cut = {};
};

/// Dataset items in one step: half the batch (at least 1) when originals are kept beside augmented slices.
std::int64_t items_per_step(const LoaderConfig& config);

/// Where a part of a global batch begins among its items; part = parts gives the end of the last.
/// @param items in the batch
std::int64_t first_item_of_part(std::int64_t items, std::int64_t parts, std::int64_t part);

/// The batch of one step, each part [augmented...; originals...]: depends on nothing but its arguments. The
/// order of an epoch is a permutation drawn by (seed, Shuffle, epoch); the last batch of an epoch may be
/// smaller.
Batch make_batch(const data::SliceDataset& dataset, const augment::AugmentConfig& augmentation,
                 const LoaderConfig& config, std::int64_t epoch, std::int64_t step);

/// All slices once. Plain: padded, cropped and scaled, with the slices of epoch 0 in every epoch. Augmented:
/// like training slices of this epoch, with draws of their own (ValidationAugmentation).
Batch validation_batch(const data::SliceDataset& dataset, const augment::AugmentConfig& augmentation,
                       std::uint64_t seed, std::int64_t epoch);

/// Makes batches ahead of the step on threads of its own; the batches and their order do not depend on how
/// many.
class BatchLoader {
 public:
  /// The data set must outlive the loader. Throws Error on an empty data set or settings that do not fit
  /// together.
  BatchLoader(const data::SliceDataset& dataset, const augment::AugmentConfig& augmentation,
              const LoaderConfig& config);
  ~BatchLoader();
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  /// Makes next() return the batch of this epoch and step. Keeps what is already prepared when that is the
  /// next one, as at the end of an epoch.
  void start(std::int64_t epoch, std::int64_t first_step);
  /// The next batch, waiting for it if need be; after the last step of an epoch comes step 0 of the next
  /// epoch. Rethrows what went wrong while making it; call start() to go on after that.
  Batch next();
  std::int64_t steps_per_epoch() const;
  /// Seconds that next() has waited since construction.
  double wait_seconds() const { return wait_seconds_; }

 private:
  void stop();
  void work();

  const data::SliceDataset& dataset_;
  const augment::AugmentConfig augmentation_;
  const LoaderConfig config_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, std::variant<Batch, std::exception_ptr>>
      ready_;                                 ///< by position = epoch * steps + step
  std::int64_t next_out_ = -1, next_in_ = 0;  ///< positions that next() and the next free worker take
  bool stopping_ = false;
  double wait_seconds_ = 0;
  std::vector<std::thread> workers_;
};

}  // namespace tandem::training
