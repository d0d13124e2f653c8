#include "training/batch_loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "augment/training_policy.h"
#include "base/error.h"
#include "base/random.h"
#include "support/small_cases.h"

namespace tandem::training {
namespace {

using test::small_case;

augment::AugmentConfig small_augmentation() {
  augment::AugmentConfig config;
  config.pad = 48, config.crop = 32;
  return config;
}

data::SliceDataset small_dataset() {
  return data::SliceDataset(
      {small_case("patient001", "ED", 4, 40, 52, {0}), small_case("patient001", "ES", 4, 40, 52),
       small_case("patient002", "ED", 3, 55, 37), small_case("patient002", "ES", 4, 55, 37, {3})});
}

/// The pixels of one image of a small batch.
std::vector<float> row_of(const Batch& batch, std::int64_t row) {
  const std::int64_t pixels = 32 * 32;
  return {batch.images.begin() + row * pixels, batch.images.begin() + (row + 1) * pixels};
}

bool same(const Batch& a, const Batch& b) {
  return a.n == b.n && a.crop == b.crop && a.images == b.images && a.labels == b.labels &&
         a.sample_ids == b.sample_ids && a.epoch == b.epoch && a.step == b.step;
}

std::vector<Batch> two_epochs(int threads, bool keep_orig_pairs = true) {
  const auto dataset = small_dataset();
  BatchLoader loader(dataset, small_augmentation(),
                     {.batch_size = 8, .keep_orig_pairs = keep_orig_pairs, .seed = 4, .threads = threads});
  std::vector<Batch> batches;
  for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
    loader.start(epoch, 0);
    for (std::int64_t s = 0; s < loader.steps_per_epoch(); ++s) batches.push_back(loader.next());
  }
  return batches;
}

TEST(BatchLoader, CorruptsLabelsByHandAlikeForEveryCutIfAskedTo) {
  const auto dataset = small_dataset();
  auto augmentation = small_augmentation();
  LoaderConfig config{.batch_size = 8, .seed = 4};
  EXPECT_TRUE(make_batch(dataset, augmentation, config, 0, 0).corrupted_labels.empty());
  const auto plain = make_batch(dataset, augmentation, config, 0, 0);
  augmentation.label_corruption = augment::LabelCorruption::HandMade;
  const auto batch = make_batch(dataset, augmentation, config, 0, 0);
  EXPECT_TRUE(same(batch, plain)) << "nothing else may change";
  ASSERT_EQ(batch.corrupted_labels.size(), batch.labels.size());
  EXPECT_NE(batch.corrupted_labels, batch.labels);
  config.cut = {.parts = 2, .first = 0, .count = 2};  // [augmented, originals] twice: other rows, same maps
  const auto cut = make_batch(dataset, augmentation, config, 0, 0);
  const std::int64_t pixels = 32 * 32;
  for (std::int64_t row = 0; row < cut.n; ++row) {
    const auto id = std::ranges::find(batch.sample_ids, cut.sample_ids[size_t(row)]);
    const auto twin = (id - batch.sample_ids.begin()) * pixels;
    EXPECT_TRUE(std::equal(cut.corrupted_labels.begin() + row * pixels,
                           cut.corrupted_labels.begin() + (row + 1) * pixels,
                           batch.corrupted_labels.begin() + twin))
        << "row " << row;
  }
}

TEST(BatchLoader, BatchesDoNotDependOnTheNumberOfThreads) {
  const auto one = two_epochs(1);
  for (const int threads : {2, 5}) {
    const auto many = two_epochs(threads);
    ASSERT_EQ(one.size(), many.size());
    for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(same(one[i], many[i])) << "batch " << i;
  }
}

TEST(BatchLoader, AnEpochHasEverySliceOnceAndTheLastBatchIsSmaller) {
  const auto batches = two_epochs(2);
  ASSERT_EQ(batches.size(), 8U);  // 15 slices, 4 a step
  EXPECT_EQ(batches[0].n, 8);
  EXPECT_EQ(batches[3].n, 6);
  std::set<std::uint32_t> ids;
  size_t rows = 0;
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(batches[i].epoch, 0);
    EXPECT_EQ(batches[i].step, std::int64_t(i));
    EXPECT_EQ(batches[i].images.size(), size_t(batches[i].n * 32 * 32));
    EXPECT_EQ(batches[i].labels.size(), size_t(batches[i].n * 32 * 32));
    ids.insert(batches[i].sample_ids.begin(), batches[i].sample_ids.end());
    rows += batches[i].sample_ids.size();
  }
  EXPECT_EQ(rows, 30U);
  EXPECT_EQ(ids.size(), 30U);
  EXPECT_NE(batches[0].sample_ids, batches[4].sample_ids) << "the second epoch is shuffled anew";
  for (const auto& batch : batches)
    for (std::int64_t r = 0; r < batch.n; ++r) {
      const auto first = batch.labels.begin() + r * 32 * 32;
      EXPECT_TRUE(std::any_of(first, first + 32 * 32, [](auto l) { return l > 0; }))
          << "row " << r << " is empty";
    }
}

TEST(BatchLoader, WithoutOriginalsTheBatchIsAllAugmented) {
  const auto batches = two_epochs(1, false);
  ASSERT_EQ(batches.size(), 4U);
  EXPECT_EQ(batches[0].n, 8);
  EXPECT_EQ(batches[1].n, 7);
}

TEST(BatchLoader, BatchSizeOneStillTakesOneItem) {
  EXPECT_EQ(items_per_step({.batch_size = 1, .keep_orig_pairs = true, .seed = 0, .threads = 1}), 1);
  EXPECT_EQ(items_per_step({.batch_size = 20, .keep_orig_pairs = true, .seed = 0, .threads = 1}), 10);
}

TEST(BatchLoader, ResumedEpochIsTheUnbrokenOne) {
  const auto unbroken = two_epochs(1);
  const auto dataset = small_dataset();
  BatchLoader loader(dataset, small_augmentation(),
                     {.batch_size = 8, .keep_orig_pairs = true, .seed = 4, .threads = 3});
  loader.start(1, 2);
  EXPECT_TRUE(same(loader.next(), unbroken[6]));
  EXPECT_TRUE(same(loader.next(), unbroken[7]));
  loader.start(0, 1);
  EXPECT_TRUE(same(loader.next(), unbroken[1]));
}

TEST(BatchLoader, PolicyNoneGivesPlainSlices) {
  const auto dataset = small_dataset();
  auto config = small_augmentation();
  config.policy = augment::Policy::None;
  const auto validation = validation_batch(dataset, config, 4, 0);
  EXPECT_EQ(validation.n, dataset.size());
  const auto batch =
      make_batch(dataset, config, {.batch_size = 1, .keep_orig_pairs = false, .seed = 4, .threads = 1}, 0, 0);
  const auto row =
      std::ranges::find(validation.sample_ids, batch.sample_ids.front()) - validation.sample_ids.begin();
  ASSERT_LT(row, validation.n);
  EXPECT_TRUE(
      std::equal(batch.images.begin(), batch.images.end(), validation.images.begin() + row * 32 * 32));
}

TEST(BatchLoader, ErrorOfAWorkerReachesTheCallerAndTheLoaderCanGoOn) {
  const data::SliceDataset dataset({small_case("patient001", "ES", 4, 40, 52)});
  auto config = small_augmentation();
  config.elastic = 1;
  config.elastic_sigma = {0, 0};
  BatchLoader loader(dataset, config, {.batch_size = 2, .keep_orig_pairs = true, .seed = 4, .threads = 2});
  for (int attempt = 0; attempt < 2; ++attempt) {
    loader.start(0, 0);
    EXPECT_THROW(loader.next(), Error);
  }
  EXPECT_THROW(loader.next(), Error) << "not started";
}

TEST(BatchLoader, CanBeDestroyedWhileWorkersWait) {
  const auto dataset = small_dataset();
  for (int i = 0; i < 5; ++i) {
    BatchLoader loader(dataset, small_augmentation(),
                       {.batch_size = 2, .keep_orig_pairs = true, .seed = 1, .threads = 4});
    loader.start(i, 0);
    if (i % 2) loader.next();
  }
  EXPECT_THROW(BatchLoader(dataset, small_augmentation(),
                           {.batch_size = 2, .keep_orig_pairs = true, .seed = 1, .threads = 0}),
               Error);
}

TEST(BatchLoader, OriginalsAreTheSlicesAsStored) {
  const auto dataset = small_dataset();
  const auto config = small_augmentation();
  const auto batch =
      make_batch(dataset, config, {.batch_size = 30, .keep_orig_pairs = true, .seed = 4, .threads = 1}, 0, 0);
  ASSERT_EQ(batch.n, 30);
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const auto name = dataset.name(i) + "/original";
    const auto row =
        std::ranges::find(batch.sample_ids, hash_name(name.data(), name.size())) - batch.sample_ids.begin();
    ASSERT_GE(row, 15) << name << " is in the second half";
    ASSERT_LT(row, 30) << name;
    const auto expected = augment::original_pair(dataset.slice(dataset.labelled_slice(i, 4, 0)), config);
    EXPECT_EQ(row_of(batch, row), expected.image.values) << name;
    EXPECT_TRUE(std::equal(expected.label.values.begin(), expected.label.values.end(),
                           batch.labels.begin() + row * 32 * 32))
        << name;
  }
}

TEST(BatchLoader, DrawsDifferBySliceEpochAndSeed) {
  // Equal slices of two patients: only their names differ.
  const data::SliceDataset dataset(
      {small_case("patient001", "ES", 2, 40, 52), small_case("patient002", "ES", 2, 40, 52)});
  ASSERT_EQ(dataset.slice(0).image.values, dataset.slice(2).image.values);
  const auto augmented = [&](std::int64_t slice, std::int64_t epoch, std::uint64_t seed) {
    const auto batch =
        make_batch(dataset, small_augmentation(),
                   {.batch_size = 4, .keep_orig_pairs = false, .seed = seed, .threads = 1}, epoch, 0);
    const auto name = dataset.name(slice);
    const auto row = std::ranges::find(batch.sample_ids, hash_name(name.data(), name.size()));
    return row_of(batch, row - batch.sample_ids.begin());
  };
  EXPECT_EQ(augmented(0, 0, 4), augmented(0, 0, 4));
  EXPECT_NE(augmented(0, 0, 4), augmented(2, 0, 4));
  EXPECT_NE(augmented(0, 0, 4), augmented(0, 1, 4));
  EXPECT_NE(augmented(0, 0, 4), augmented(0, 0, 5));
}

TEST(BatchLoader, PlainValidationSlicesAreTheSameInEveryEpoch) {
  const auto dataset = small_dataset();
  EXPECT_TRUE(same(validation_batch(dataset, small_augmentation(), 4, 0),
                   validation_batch(dataset, small_augmentation(), 4, 7)));
}

TEST(BatchLoader, AugmentedValidationSlicesAreDrawnAnewForEveryEpoch) {
  const auto dataset = small_dataset();
  auto config = small_augmentation();
  const auto plain = validation_batch(dataset, config, 4, 0);
  config.validation = augment::ValidationSlices::Augmented;
  const auto first = validation_batch(dataset, config, 4, 0),
             second = validation_batch(dataset, config, 4, 1);
  EXPECT_TRUE(same(first, validation_batch(dataset, config, 4, 0)));
  EXPECT_EQ(first.sample_ids, plain.sample_ids);
  EXPECT_EQ(first.n, dataset.size());
  const auto training = make_batch(
      dataset, config, {.batch_size = 15, .keep_orig_pairs = false, .seed = 4, .threads = 1}, 0, 0);
  for (std::int64_t r = 0; r < first.n; ++r) {
    EXPECT_NE(row_of(first, r), row_of(plain, r)) << "row " << r;
    EXPECT_NE(row_of(first, r), row_of(second, r)) << "row " << r;
    const auto same_slice = std::ranges::find(training.sample_ids, first.sample_ids[size_t(r)]);
    EXPECT_NE(row_of(first, r), row_of(training, same_slice - training.sample_ids.begin()))
        << "row " << r << ": training and validation share draws";
  }
}

}  // namespace
}  // namespace tandem::training
