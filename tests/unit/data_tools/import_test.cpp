#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "acdc_fixture.h"
#include "base/sha256.h"
#include "data/case_file.h"
#include "data_tools/commands.h"
#include "support/raw_nifti.h"
#include "support/run_program.h"
#include "support/small_disk.h"
#include "support/without_root.h"

namespace tandem::data_tools {
namespace {

using ::testing::HasSubstr;

class ImportAcdc : public ::testing::Test {
 protected:
  test::CommandResult import(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {acdc_.path().string(), "--out", out_.string()});
    return test::run_program(import_acdc_command(), more);
  }
  /// The import must fail with these words and this exit code and leave no file, finished or not.
  void expect_refused(const std::string& words, int code = 65) {
    const auto result = import();
    EXPECT_EQ(result.exit_code, code);
    EXPECT_THAT(result.errors, HasSubstr(words));
    EXPECT_FALSE(std::filesystem::exists(out_.parent_path()) &&
                 !std::filesystem::is_empty(out_.parent_path()));
  }
  std::filesystem::path image(const std::string& patient = "patient002") {
    return acdc_.file(patient, "_frame09.nii.gz");
  }
  std::filesystem::path label(const std::string& patient = "patient002") {
    return acdc_.file(patient, "_frame09_gt.nii.gz");
  }

  test::AcdcFolder acdc_;
  std::filesystem::path out_ = acdc_.other("out") / "acdc.h5";
};

TEST_F(ImportAcdc, FillsEveryFieldOfACase) {
  const auto result = import();
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("4 cases, 12 slices, 1.37 x 1.37 mm in plane, 10 mm between slices"));
  EXPECT_THAT(result.errors, HasSubstr("warning: 8 files carry a unit-scale sform"));
  const data::CaseFile file(out_);
  EXPECT_EQ(file.ids(),
            (std::vector<std::string>{"patient001_ED", "patient001_ES", "patient002_ED", "patient002_ES"}));
  EXPECT_EQ(file.info().domain, "acdc");
  const auto c = file.read("patient002_ES");
  EXPECT_EQ(c.patient, "patient002");
  EXPECT_EQ(c.frame, "ES");
  EXPECT_EQ(c.group, "NOR");
  EXPECT_EQ(c.spacing_mm, (std::array<double, 3>{10, 1.36719, 1.36719}));
  EXPECT_EQ(c.original.shape, test::AcdcFolder::grid().shape);
  EXPECT_EQ(c.original.affine, test::AcdcFolder::grid().affine);
  EXPECT_EQ(c.source_sha256_image, sha256(read_text_file(image())));
  EXPECT_EQ(c.source_sha256_label, sha256(read_text_file(label())));
  EXPECT_EQ(c.image.shape(), (std::array<std::int64_t, 3>{3, 46, 55}));
  EXPECT_EQ(c.label->at(1, 23, 32), data::kLV);  // pixel (20, 28) of the file
  EXPECT_EQ(c.label->at(1, 23, 14), data::kRV);  // pixel (20, 12)
}

TEST_F(ImportAcdc, GivesTheSameBytesTwiceAndAsksBeforeReplacing) {
  ASSERT_EQ(import().exit_code, 0);
  const auto first = read_text_file(out_);
  const auto again = import();
  EXPECT_EQ(again.exit_code, 65);
  EXPECT_THAT(again.errors, HasSubstr("--force"));
  ASSERT_EQ(import({"--force"}).exit_code, 0);
  EXPECT_EQ(read_text_file(out_), first);
}

TEST_F(ImportAcdc, TruncatedGzip) {
  test::truncate_file(image(), 0.5);
  expect_refused("patient002_frame09.nii.gz is truncated or damaged");
}

TEST_F(ImportAcdc, UnknownLabelValue) {
  auto wrong = test::AcdcFolder::label(5);
  wrong.at(1, 2, 3) = 4;
  nifti::write_mask(label(), wrong, test::AcdcFolder::grid());
  expect_refused("1 voxels have unknown label values (first: 4); expected 0 background, 1 RV, 2 MYO, 3 LV");
}

TEST_F(ImportAcdc, UnreadableFolder) {
  using std::filesystem::perms;
  const auto readable = perms::owner_all | perms::group_exec | perms::group_read | perms::others_exec;
  std::filesystem::permissions(acdc_.path().parent_path(), readable);
  for (const auto& folder : {acdc_.path(), acdc_.path() / "training"}) {
    std::filesystem::permissions(folder, perms::none);
    {
      const test::WithoutRoot limited;
      expect_refused("cannot read folder " + folder.string() + ": Permission denied");
    }
    std::filesystem::permissions(folder, readable);
  }
}

TEST_F(ImportAcdc, MissingFrame) {
  std::filesystem::remove(image());
  expect_refused("patient002_frame09.nii.gz is missing: Info.cfg names it as the ES frame");
}

TEST_F(ImportAcdc, FrameNotNamedOrNotANumber) {
  const auto info = image().parent_path() / "Info.cfg";
  write_text_file(info, "ED: 1\nGroup: NOR\n");
  expect_refused("no line 'ES: number'");
  write_text_file(info, "ED: 1\nES: nine\n");
  expect_refused("the ES frame is 'nine'");
}

TEST_F(ImportAcdc, DifferentShapesOfImageAndLabel) {
  auto grid = test::AcdcFolder::grid();
  grid.shape[0] = 2;
  nifti::write_mask(label(), Volume<std::uint8_t>(2, 40, 48), grid);
  expect_refused("label shape 2x40x48 differs from image shape 3x40x48");
}

TEST_F(ImportAcdc, DifferentSpacingsOfImageAndLabel) {
  auto grid = test::AcdcFolder::grid();
  grid.spacing_mm = {10, 1.25, 1.5625};
  nifti::write_mask(label(), test::AcdcFolder::label(5), grid);
  expect_refused("label spacing 10 x 1.25 x 1.5625 mm differs from image spacing 10 x 1.5625 x 1.5625 mm");
}

TEST_F(ImportAcdc, TheTrainingFolderMayBeGivenItself) {
  ASSERT_EQ(import().exit_code, 0);
  const auto direct = acdc_.other("direct.h5");
  const auto result = test::run_program(
      import_acdc_command(), {(acdc_.path() / "training").string() + "/", "--out", direct.string()});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const data::CaseFile a(out_), b(direct);
  EXPECT_EQ(a.ids(), b.ids());
  for (const auto& id : a.ids()) EXPECT_EQ(a.read(id).image, b.read(id).image);
  EXPECT_EQ(b.info().source, "training");
}

TEST_F(ImportAcdc, ShearedAffine) {
  auto grid = test::AcdcFolder::grid();
  grid.affine[1] = 0.2;
  nifti::write_image(image(), test::AcdcFolder::image(test::AcdcFolder::label(5)), grid);
  expect_refused("sheared affine");
}

TEST_F(ImportAcdc, NotANumberInTheImage) {
  auto broken = test::AcdcFolder::image(test::AcdcFolder::label(5));
  broken.at(2, 3, 4) = std::numeric_limits<float>::quiet_NaN();
  nifti::write_image(image(), broken, test::AcdcFolder::grid());
  expect_refused("slice 2, row 3, column 4 (from 0) is nan");
}

TEST_F(ImportAcdc, AllFaultsAreListedAtOnceAndTheGoodPatientsCanBeTaken) {
  std::filesystem::remove(image("patient001"));
  expect_refused("Use --skip-faulty to import the other 1 patient.");
  const auto partly = import({"--skip-faulty"});
  EXPECT_EQ(partly.exit_code, 0);
  EXPECT_THAT(partly.errors, HasSubstr("warning: skipped: "));
  EXPECT_EQ(data::CaseFile(out_).ids(), (std::vector<std::string>{"patient002_ED", "patient002_ES"}));
  std::filesystem::remove(out_);
  std::filesystem::remove(label("patient002"));
  const auto result = import();
  const auto first = result.errors.find("patient001_frame09.nii.gz is missing");
  const auto second = result.errors.find("patient002_frame09_gt.nii.gz is missing");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(second, std::string::npos);
  EXPECT_LT(first, second) << "in the order of the patients";
}

TEST_F(ImportAcdc, UnreadableAndForeignFolders) {
  const auto run = [&](const std::filesystem::path& folder) {
    return test::run_program(import_acdc_command(), {folder.string(), "--out", out_.string()});
  };
  const auto absent = run(acdc_.other("absent"));
  EXPECT_EQ(absent.exit_code, 65);
  EXPECT_THAT(absent.errors, HasSubstr("cannot read folder"));
  const auto file = run(image());
  EXPECT_EQ(file.exit_code, 65);
  EXPECT_THAT(file.errors, HasSubstr("cannot read folder"));
  std::filesystem::create_directories(acdc_.other("empty"));
  const auto empty = run(acdc_.other("empty"));
  EXPECT_EQ(empty.exit_code, 65);
  EXPECT_THAT(empty.errors, HasSubstr("not the layout of ACDC"));
}

TEST_F(ImportAcdc, FullDisk) {
  const test::FileSizeLimit limit(20000);  // the captured streams are files too, but short
  expect_refused("cannot", 70);
}

TEST(ImportPrepared, TakesFoldersAsTheyAre) {
  const test::TemporaryFolder folder;
  const auto grid = test::AcdcFolder::grid();
  Volume<float> image(3, 40, 48);
  for (size_t i = 0; i < image.values.size(); ++i) image.values[i] = float(i % 11) / 10;
  Volume<std::uint8_t> label(3, 40, 48);
  label.at(0, 1, 2) = data::kRV;
  for (const std::string name : {"007_0", "007_1"}) {
    nifti::write_image(folder.path() / "in" / name / "ED_img.nii.gz", image, grid);
    nifti::write_mask(folder.path() / "in" / name / "ED_seg.nii.gz", label, grid);
  }
  const auto out = (folder / "set.h5").string();
  const auto result = test::run_program(import_prepared_command(),
                                        {(folder / "in").string(), "--out", out, "--domain", "acdc-c_bias"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const data::CaseFile file(out);
  EXPECT_EQ(file.ids(), (std::vector<std::string>{"007_0_ED", "007_1_ED"}));
  EXPECT_EQ(file.info().domain, "acdc-c_bias");
  const auto c = file.read("007_1_ED");
  EXPECT_EQ(c.patient, "007");
  EXPECT_EQ(c.image, image);
  EXPECT_EQ(c.label, label);
}

}  // namespace
}  // namespace tandem::data_tools
