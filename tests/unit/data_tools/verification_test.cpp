#include "data_tools/verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "acdc_fixture.h"
#include "data/case_file.h"
#include "data_tools/commands.h"
#include "support/expect_error.h"
#include "support/raw_nifti.h"
#include "support/run_program.h"

namespace tandem::data_tools {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Verification : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto result =
        test::run_program(import_acdc_command(), {acdc_.path().string(), "--out", good_.string()});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
  }
  /// A copy of the good file with some cases changed.
  std::filesystem::path changed(const std::function<void(data::Case&)>& change) {
    const data::CaseFile from(good_);
    const auto path = acdc_.other("changed.h5");
    data::CaseFileWriter writer(path, from.info());
    for (const auto& id : from.ids()) {
      auto c = from.read(id);
      change(c);
      writer.add(c);
    }
    writer.commit();
    return path;
  }
  std::vector<std::string> faults_after(const std::function<void(data::Case&)>& change) {
    return find_faults(changed(change));
  }

  test::AcdcFolder acdc_;
  std::filesystem::path good_ = acdc_.other("good.h5");
};

TEST_F(Verification, GoodFileIsClean) {
  EXPECT_THAT(find_faults(good_), ElementsAre());
  EXPECT_EQ(test::run_program(verify_command(), {good_.string()}).exit_code, 0);
}

TEST_F(Verification, AllFaultsComeAtOnce) {
  const auto path = changed([](data::Case& c) {
    if (c.id == "patient001_ED") c.image.at(0, 1, 2) = std::numeric_limits<float>::quiet_NaN();
    if (c.id == "patient001_ES") c.label->at(0, 0, 0) = 7;
    if (c.id == "patient002_ED") c.spacing_mm[1] = 1.5;
    if (c.id == "patient002_ES") c.image.at(0, 1, 2) = 1.5f;
  });
  const auto result = test::run_program(verify_command(), {path.string()});
  EXPECT_EQ(result.exit_code, 65);
  for (const auto* words :
       {"5 faults found", "patient001_ED: 1 voxels are NaN or infinite",
        "patient001_ES: 1 voxels have a label above 3", "patient002_ED: in-plane spacing 1.5 x 1.36719 mm",
        "patient002_ES: intensities from 0 to 1.5", "patient002: spacing 10 x 1.5 x 1.36719 mm at ED"})
    EXPECT_THAT(result.errors, HasSubstr(words));
}

TEST_F(Verification, SwappedLabelsAreNoticed) {
  const auto faults = faults_after([](data::Case& c) {
    const std::array<std::uint8_t, 4> swapped = {data::kBackground, data::kRV, data::kMYO, data::kLV};
    for (auto& v : c.label->values) v = swapped[v];
  });
  EXPECT_THAT(faults, Contains(HasSubstr("patient001_ED: LV borders on other classes more than on MYO")));
}

TEST_F(Verification, SwappedFramesAreNoticed) {
  const auto faults = faults_after([](data::Case& c) {
    c.frame = c.frame == "ED" ? "ES" : "ED";
    c.id = c.patient + "_" + c.frame;
  });
  EXPECT_THAT(faults, ElementsAre(HasSubstr("patient001: LV is"), HasSubstr("patient002: LV is")));
}

TEST_F(Verification, MissingClassAndConstantImage) {
  const auto faults = faults_after([](data::Case& c) {
    if (c.id != "patient001_ES") return;
    std::ranges::fill(c.image.values, 0.5f);
    for (auto& v : c.label->values)
      if (v == data::kRV) v = data::kBackground;
  });
  EXPECT_THAT(faults, ElementsAre("patient001_ES: the image is constant (0.5)",
                                  "patient001_ES: no voxel is labelled RV"));
}

TEST_F(Verification, SlicesMustBeThoseOfTheOriginal) {
  const auto faults = faults_after([](data::Case& c) {
    if (c.id == "patient001_ED") c.original.shape[0] = 4;
  });
  EXPECT_THAT(faults, ElementsAre("patient001_ED: 3 slices, but 4 in the original file"));
}

TEST_F(Verification, TruncatedFileAndOtherVersionAreRefused) {
  const auto cut = acdc_.other("cut.h5");
  std::filesystem::copy(good_, cut);
  test::truncate_file(cut, 0.7);
  for (const auto& command : {verify_command(), inspect_command()}) {
    const auto result = test::run_program(command, {cut.string()});
    EXPECT_EQ(result.exit_code, 65);
    EXPECT_THAT(result.errors, HasSubstr("cut.h5"));
  }
  const auto other = acdc_.other("other.h5");
  h5::File file(other, h5::File::Mode::Create);
  file.set_attribute("/", "format", data::kCaseFormat);
  file.set_attribute("/", "format_version", data::kCaseFormatVersion + 1);
  file.close();
  const auto result = test::run_program(verify_command(), {other.string()});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_THAT(result.errors, HasSubstr("format version 2; this program reads version 1"));
}

TEST_F(Verification, InspectCountsMillilitres) {
  const auto table = test::run_program(inspect_command(), {good_.string()});
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.output, HasSubstr("4 cases of 2 patients, 12 slices"));
  const auto json = test::run_program(inspect_command(), {good_.string(), "--json"});
  EXPECT_EQ(json.output.front(), '{');
  const auto c = data::CaseFile(good_).read("patient001_ED");
  const auto voxels = std::ranges::count(c.label->values, std::uint8_t(data::kLV));
  EXPECT_THAT(json.output, HasSubstr(fmt::format("\"volume_ml\": {{\"LV\": {}",
                                                 double(voxels) * 10 * 1.36719 * 1.36719 / 1000)));
}

}  // namespace
}  // namespace tandem::data_tools
