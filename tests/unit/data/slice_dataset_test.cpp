#include "data/slice_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "data/case_file.h"
#include "equations/preprocessing.h"
#include "support/expect_error.h"
#include "support/small_cases.h"
#include "support/temporary_folder.h"

namespace tandem::data {
namespace {

using test::small_case;
using testing::AllOf;
using testing::HasSubstr;

std::filesystem::path write(const test::TemporaryFolder& folder, const std::vector<Case>& cases) {
  const auto path = folder / "cases.h5";
  CaseFileWriter writer(path, {"test", "none", "0", "made up"});
  for (const auto& c : cases) writer.add(c);
  writer.commit();
  return path;
}

std::vector<std::string> names(const SliceDataset& dataset) {
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < dataset.size(); ++i) all.push_back(dataset.name(i));
  return all;
}

TEST(SliceDataset, EsVolumesFirstThenEdInTheOrderOfThePatients) {
  const test::TemporaryFolder folder;
  const auto file =
      write(folder, {small_case("patient002", "ED", 1, 8, 8), small_case("patient002", "ES", 2, 8, 8),
                     small_case("patient010", "ED", 2, 8, 9), small_case("patient010", "ES", 1, 8, 9),
                     small_case("patient020", "ED", 1, 8, 9), small_case("patient020", "ES", 1, 8, 9)});
  const std::vector<std::string> expected = {"patient010_ES/0", "patient002_ES/0", "patient002_ES/1",
                                             "patient010_ED/0", "patient010_ED/1", "patient002_ED/0"};
  EXPECT_EQ(names(SliceDataset({file}, {"010", "2"})), expected);
  EXPECT_EQ(names(SliceDataset({file}, {"patient010", "patient002"})), expected);
}

TEST(SliceDataset, OneErrorNamesEverythingMissing) {
  const test::TemporaryFolder folder;
  const auto file =
      write(folder, {small_case("patient001", "ED", 1, 8, 8), small_case("patient003", "ED", 1, 8, 8),
                     small_case("patient003", "ES", 1, 8, 8)});
  EXPECT_THAT(test::error_of([&] {
                SliceDataset({file}, {"001", "003", "004", "077"});
              }),
              AllOf(HasSubstr("frame ES of patient001"), HasSubstr("patient 004"), HasSubstr("patient 077"),
                    HasSubstr("cases.h5"), testing::Not(HasSubstr("003"))));
}

TEST(SliceDataset, OneErrorNamesAllCasesWithoutLabels) {
  auto none = small_case("patient001", "ES", 2, 8, 8), other = small_case("patient003", "ED", 2, 8, 8);
  auto nan = small_case("patient004", "ED", 1, 8, 8);
  none.label.reset();
  nan.image.at(0, 3, 3) = NAN;
  other.label->values.assign(other.label->values.size(), 0);
  EXPECT_THAT(
      test::error_of([&] {
        SliceDataset({none, small_case("patient002", "ED", 1, 8, 8), other, nan});
      }),
      AllOf(HasSubstr("patient001_ES has no label"), HasSubstr("patient003_ED has no slice with a label"),
            HasSubstr("patient004_ED has voxels that are not finite"),
            testing::Not(HasSubstr("patient002"))));
}

TEST(SliceDataset, FaultsNameTheFile) {
  const test::TemporaryFolder folder;
  auto none = small_case("patient001", "ES", 1, 8, 8);
  none.label.reset();
  const auto file = write(folder, {none, small_case("patient001", "ED", 1, 8, 8)});
  EXPECT_THAT(test::error_of([&] { SliceDataset({file}, {"001"}); }),
              AllOf(HasSubstr("cases.h5: "), HasSubstr("patient001_ES has no label")));
}

TEST(SliceDataset, LabelsOutsideTheClassesAreBackground) {
  auto c = small_case("patient001", "ES", 2, 8, 8);
  c.label->values.assign(c.label->values.size(), 4);
  c.label->at(1, 2, 2) = 3;
  const SliceDataset dataset({c});
  EXPECT_TRUE(dataset.is_empty(0));
  EXPECT_EQ(dataset.slice(1).label.at(2, 2), 3);
  EXPECT_EQ(dataset.slice(1).label.at(0, 0), 0);
}

TEST(SliceDataset, EmptySliceIsReplacedWithinItsVolumeAnewEachEpoch) {
  const SliceDataset dataset(
      {small_case("patient001", "ES", 3, 8, 8), small_case("patient001", "ED", 5, 8, 8, {0, 4})});
  EXPECT_EQ(dataset.labelled_slice(1, 9, 0), 1);
  std::set<std::int64_t> chosen;
  for (std::int64_t epoch = 0; epoch < 60; ++epoch) {
    chosen.insert(dataset.labelled_slice(3, 9, epoch));
    EXPECT_EQ(dataset.labelled_slice(3, 9, epoch), dataset.labelled_slice(3, 9, epoch));
  }
  EXPECT_EQ(chosen, (std::set<std::int64_t>{4, 5, 6}));
}

TEST(SliceDataset, RandomFramesTakeTheSliceModuloTheFramesCount) {
  const SliceDataset dataset(
      {small_case("patient001", "ES", 2, 8, 8), small_case("patient001", "ED", 3, 8, 8)},
      {.frames = Frames::Random});
  ASSERT_EQ(dataset.size(), 5);
  const std::vector<std::pair<std::int64_t, std::int64_t>> expected = {
      {0, 2}, {1, 3}, {0, 4}, {1, 2}, {0, 3}};
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const auto [es, ed] = expected[size_t(i)];
    int es_taken = 0;
    for (std::int64_t epoch = 0; epoch < 400; ++epoch) {
      const auto taken = dataset.labelled_slice(i, 9, epoch);
      EXPECT_TRUE(taken == es || taken == ed) << taken << " for index " << i;
      EXPECT_EQ(taken, dataset.labelled_slice(i, 9, epoch));
      es_taken += taken == es;
    }
    EXPECT_NEAR(es_taken, 200, 50) << "five standard deviations";
  }
  std::set<std::int64_t> of_one_epoch;
  for (std::int64_t i = 0; i < dataset.size(); ++i) of_one_epoch.insert(dataset.labelled_slice(i, 9, 0) >= 2);
  EXPECT_EQ(of_one_epoch.size(), 2U) << "each item draws its own frame";
}

TEST(SliceDataset, RandomFramesOfASingleFrameAreTheSlicesThemselves) {
  const SliceDataset dataset({small_case("patient001", "ED", 3, 8, 8)}, {.frames = Frames::Random});
  for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(dataset.labelled_slice(i, 9, 5), i);
}

TEST(SliceDataset, EmptySliceOfARandomFrameIsReplacedToo) {
  const SliceDataset dataset(
      {small_case("patient001", "ES", 3, 8, 8, {1}), small_case("patient001", "ED", 4, 8, 8, {0, 3})},
      {.frames = Frames::Random});
  for (std::int64_t epoch = 0; epoch < 40; ++epoch)
    for (std::int64_t i = 0; i < dataset.size(); ++i)
      EXPECT_FALSE(dataset.is_empty(dataset.labelled_slice(i, 9, epoch)));
}

TEST(SliceDataset, RenormalisesEachVolumeWhenAsked) {
  auto c = small_case("patient001", "ED", 2, 8, 8);
  c.image.at(0, 0, 0) = 50;
  const auto expected = equations::normalise_percentiles(c.image);
  const SliceDataset plain({c}), again({c}, {.renormalise = true});
  EXPECT_EQ(plain.slice(0).image.values, c.image.slice_image(0).values);
  EXPECT_EQ(again.slice(0).image.values, expected.slice_image(0).values);
  EXPECT_EQ(again.slice(0).image.at(0, 0), 1.0F);
}

}  // namespace
}  // namespace tandem::data
