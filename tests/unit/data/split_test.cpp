#include "data/split.h"

#include <gtest/gtest.h>

#include <set>

#include "base/atomic_file.h"
#include "data/numpy_random.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::data {
namespace {

using test::expect_error;
using Names = std::vector<std::string>;

Names patients(const std::vector<const char*>& digits) {
  Names names;
  for (const auto* d : digits) names.push_back(std::string("patient") + d);
  return names;
}

TEST(NumpyRandomState, GivesTheBitsOfMt19937) {
  NumpyRandomState random(5489);  // the seed of the algorithm's published test; std::mt19937's 10000th value
  std::uint32_t last = 0;
  for (int i = 0; i < 10000; ++i) last = random.bits();
  EXPECT_EQ(last, 4123659995u);
}

TEST(NumpyRandomState, PermutesAsNumpyDoes) {
  EXPECT_EQ(NumpyRandomState(0).permutation(40),
            (std::vector<std::int64_t>{22, 20, 25, 4,  10, 15, 28, 11, 18, 29, 27, 35, 37, 2,
                                       39, 30, 34, 16, 36, 8,  13, 5,  17, 14, 33, 7,  32, 1,
                                       26, 12, 31, 24, 6,  23, 21, 19, 9,  38, 3,  0}));
}

TEST(PaperSplit, TenTrainingPatientsOfEachDrawInDrawnOrder) {
  const std::vector<Names> expected = {
      patients({"073", "061", "012", "053", "046", "044", "022", "092", "004", "001"}),
      patients({"002", "041", "001", "033", "006", "024", "022", "021", "025", "086"}),
      patients({"093", "046", "084", "073", "013", "024", "043", "052", "021", "033"}),
      patients({"053", "084", "082", "023", "044", "046", "001", "021", "004", "061"}),
      patients({"046", "086", "001", "004", "072", "022", "021", "053", "002", "006"})};
  for (std::int64_t cval = 0; cval < 5; ++cval) {
    const auto split = paper_split("10", cval, "code");
    EXPECT_EQ(split.training, expected[size_t(cval)]) << cval;
    EXPECT_EQ(paper_split("0.25", cval, "code").training, split.training);
    EXPECT_EQ(split.validation.size(), 5u);
    EXPECT_EQ(split.test.size(), 20u);
  }
}

TEST(PaperSplit, CodeListsOverlapForDrawsOneAndFourOnly) {
  const std::vector<Names> overlap = {{}, patients({"002", "022"}), {}, {}, patients({"022"})};
  for (std::int64_t cval = 0; cval < 5; ++cval) {
    EXPECT_EQ(validation_overlap(paper_split("10", cval, "code")), overlap[size_t(cval)]) << cval;
    EXPECT_TRUE(validation_overlap(paper_split("10", cval, "no_overlap")).empty()) << cval;
  }
  EXPECT_EQ(validation_overlap(paper_split("10", 0, "standard10")), patients({"046"}));
}

TEST(PaperSplit, StandardCoversAllHundredPatientsOnce) {
  const auto split = paper_split("standard", 3, "code");
  EXPECT_EQ(split.training.size(), 70u);
  EXPECT_EQ(split.validation,
            patients({"005", "020", "023", "037", "042", "046", "066", "078", "082", "097"}));
  std::set<std::string> all(split.training.begin(), split.training.end());
  all.insert(split.validation.begin(), split.validation.end());
  all.insert(split.test.begin(), split.test.end());
  EXPECT_EQ(all.size(), 100u);
}

TEST(PaperSplit, WholePoolKeepsItsOrder) {
  const auto split = paper_split("40", 2, "no_overlap");
  EXPECT_EQ(split.training.front(), "patient001");
  EXPECT_EQ(split.training.back(), "patient093");
  EXPECT_EQ(split.training.size(), 40u);
}

TEST(PaperSplit, RefusesWhatDoesNotExist) {
  for (const std::string setting : {"0", "41", "2.5", "ten", "", "0.001", "-3", "10x", "nan"})
    expect_error([&] { paper_split(setting, 0, "code"); }, "split setting '" + setting + "'");
  expect_error([] { paper_split("10", 5, "code"); }, "cval 5");
  expect_error([] { paper_split("10", -1, "code"); }, "cval -1");
  expect_error([] { paper_split("10", 0, "mine"); }, "val_list 'mine'");
}

TEST(CheckSplit, TestPatientsMayNotTrainOrValidate) {
  expect_error(
      [] {
        check_split({{"patient001", "patient007"}, {}, {"007"}, ""}, "my.toml");
      },
      "my.toml: patients in both training and test: 007");
  expect_error([] { check_split({{"001"}, {}, {"1"}, ""}, "x"); }, "both training and test: 1");
  expect_error([] { check_split({{"a"}, {"b"}, {"b"}, ""}, "x"); }, "both validation and test: b");
  expect_error([] { check_split({{"a", "a"}, {}, {"b"}, ""}, "x"); }, "training names a twice");
  expect_error([] { check_split({{}, {}, {}, ""}, "x"); }, "neither training nor test");
}

TEST(CheckSplit, ValidationMayOverlapOnlyInThePapersListsByName) {
  auto split = paper_split("10", 1, "code");
  EXPECT_NO_THROW(check_split(split, "x"));
  auto renamed = split;
  renamed.name = "mine";
  expect_error([&] { check_split(renamed, "x"); }, "both training and validation: patient002, patient022");
  auto other = split;
  other.training.push_back("patient095");
  expect_error([&] { check_split(other, "x"); }, "patient095");
}

TEST(SplitFile, ComesBackAsWritten) {
  const test::TemporaryFolder folder;
  const auto split = paper_split("10", 4, "code");
  write_split(folder / "s.toml", split);
  const auto back = read_split(folder / "s.toml");
  EXPECT_EQ(back.training, split.training);
  EXPECT_EQ(back.validation, split.validation);
  EXPECT_EQ(back.test, split.test);
  EXPECT_EQ(back.name, split.name);
  write_text_file(folder / "typo.toml", "[split]\ntrainig = [\"patient001\"]\ntest = [\"patient002\"]\n");
  expect_error([&] { read_split(folder / "typo.toml"); }, "training");
}

TEST(SplitFile, CarriedFilesAreThePapersLists) {
  const auto folder = std::filesystem::path(TANDEM_SOURCE_DIR) / "experiments/splits";
  const auto expect_equal = [&](const Split& expected) {
    const auto split = read_split(folder / (expected.name + ".toml"));
    EXPECT_EQ(split.training, expected.training) << expected.name;
    EXPECT_EQ(split.validation, expected.validation) << expected.name;
    EXPECT_EQ(split.test, expected.test) << expected.name;
  };
  for (std::int64_t cval = 0; cval < 5; ++cval) expect_equal(paper_split("10", cval, "code"));
  for (const std::int64_t cval : {1, 4}) expect_equal(paper_split("10", cval, "no_overlap"));
  expect_equal(paper_split("standard", 0, "code"));
  auto test_only = paper_split("standard", 0, "code");
  test_only.training.clear(), test_only.validation.clear();
  test_only.name = "acdc_test20";
  expect_equal(test_only);
}

TEST(SamePatient, NumbersMatchNamesThatEndInThem) {
  EXPECT_TRUE(same_patient("patient001", "001"));
  EXPECT_TRUE(same_patient("1", "patient001"));
  EXPECT_TRUE(same_patient("1", "001"));
  EXPECT_FALSE(same_patient("10", "01"));
  EXPECT_TRUE(same_patient("A0S9V9", "A0S9V9"));
  EXPECT_FALSE(same_patient("patient001", "patient002"));
  EXPECT_FALSE(same_patient("patient010", "01"));
  EXPECT_FALSE(same_patient("A0S9V9", "B1S9V9"));
  EXPECT_FALSE(same_patient("A0S9V9", "9"));
  EXPECT_FALSE(same_patient("patient901", "phantom901"));
  EXPECT_FALSE(same_patient("patient", "001"));
  EXPECT_FALSE(same_patient("", "001"));
}

}  // namespace
}  // namespace tandem::data
