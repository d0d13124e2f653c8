#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "acdc_fixture.h"
#include "data/case.h"
#include "data_tools/commands.h"
#include "support/run_program.h"

namespace tandem::data_tools {
namespace {

TEST(Export, LabelsReturnToTheFilesOwnGrid) {
  const test::AcdcFolder acdc;
  const auto set = acdc.other("acdc.h5").string(), folder = acdc.other("nifti").string();
  ASSERT_EQ(test::run_program(import_acdc_command(), {acdc.path().string(), "--out", set}).exit_code, 0);
  ASSERT_EQ(test::run_program(export_command(), {set, "--out", folder}).exit_code, 0);
  for (const auto& [frame, file] : {std::pair{"_ED", "_frame01_gt.nii.gz"}, {"_ES", "_frame09_gt.nii.gz"}}) {
    const auto before = nifti::read_label(acdc.file("patient001", file));
    const auto after =
        nifti::read_label(acdc.other("nifti") / ("patient001" + std::string(frame) + "_gt.nii.gz"));
    EXPECT_EQ(after.grid.shape, before.grid.shape);
    EXPECT_EQ(after.grid.spacing_mm, before.grid.spacing_mm);
    EXPECT_EQ(after.grid.affine, before.grid.affine);
    auto expected = before.volume;
    for (auto& v : expected.values)
      v = std::array<std::uint8_t, 4>{data::kBackground, data::kRV, data::kMYO, data::kLV}[v];
    EXPECT_EQ(after.volume, expected);
  }
  const auto again = test::run_program(export_command(), {set, "--out", folder});
  EXPECT_EQ(again.exit_code, 65);
  EXPECT_THAT(again.errors, ::testing::HasSubstr("--force"));
  const auto unknown = test::run_program(export_command(), {set, "--out", folder, "--case", "patient009_ED"});
  EXPECT_EQ(unknown.exit_code, 65);
  EXPECT_THAT(unknown.errors, ::testing::HasSubstr("has no case patient009_ED"));
}

}  // namespace
}  // namespace tandem::data_tools
