#include "data_tools/n4.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "acdc_fixture.h"
#include "base/random.h"
#include "data/case_file.h"
#include "data_tools/commands.h"
#include "support/expect_error.h"
#include "support/run_program.h"

namespace tandem::data_tools {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::array<double, 3> kSpacingMm = {8, 1.5, 1.5};

/// Ellipses of three tissues in air, without noise.
Volume<std::uint8_t> tissues() {
  Volume<std::uint8_t> out(6, 48, 54);
  const auto inside = [](double r, double c, double size) {
    return std::hypot((r - 24) / 21, (c - 27) / 24) < size;
  };
  for (std::int64_t s = 0; s < out.slices; ++s)
    for (std::int64_t r = 0; r < out.rows; ++r)
      for (std::int64_t c = 0; c < out.columns; ++c)
        out.at(s, r, c) = std::uint8_t(inside(double(r), double(c), 1) + inside(double(r), double(c), 0.7) +
                                       inside(double(r), double(c), 0.35));
  return out;
}

/// A scan of them: noise of 2 % and a field that falls smoothly from a corner, by a factor of 3 in all.
Volume<float> shaded(const Volume<std::uint8_t>& tissue) {
  const std::array<double, 4> signal = {4, 300, 150, 220};
  Volume<float> out(tissue.slices, tissue.rows, tissue.columns);
  RandomStream random({.seed = 1, .purpose = Purpose::Test});
  for (std::int64_t s = 0; s < out.slices; ++s)
    for (std::int64_t r = 0; r < out.rows; ++r)
      for (std::int64_t c = 0; c < out.columns; ++c) {
        const double x = double(c) / 54, y = double(r) / 48, z = double(s) / 6;
        const double field = std::exp(0.5 - 0.5 * x - 0.4 * y * y - 0.2 * z);
        out.at(s, r, c) = float(signal[tissue.at(s, r, c)] * field * (1 + 0.02 * random.normal()));
      }
  return out;
}

/// Standard deviation over mean within a tissue.
double variation(const Volume<float>& scan, const Volume<std::uint8_t>& tissue, int which) {
  double sum = 0, squares = 0, count = 0;
  for (size_t i = 0; i < scan.values.size(); ++i)
    if (tissue.values[i] == which)
      sum += scan.values[i], squares += double(scan.values[i]) * scan.values[i], ++count;
  return std::sqrt(squares / count - sum / count * (sum / count)) / (sum / count);
}

TEST(N4, MakesTissuesEven) {
  if (itk_version().empty()) GTEST_SKIP() << "built without ITK (TANDEM_N4)";
  const auto tissue = tissues();
  const auto scan = shaded(tissue);
  const auto out = correct_bias_field(scan, kSpacingMm);
  ASSERT_EQ(out.shape(), scan.shape());
  for (const int which : {1, 2, 3})
    EXPECT_GT(variation(scan, tissue, which) / variation(out, tissue, which), 2.5) << "tissue " << which;
  EXPECT_EQ(correct_bias_field(scan, kSpacingMm), out) << "not the same twice";
}

TEST(N4, AScanWithoutContrastIsAnErrorWithAWayOut) {
  if (itk_version().empty()) GTEST_SKIP() << "built without ITK (TANDEM_N4)";
  test::expect_error([] { correct_bias_field(Volume<float>(4, 20, 20, 7.0f), kSpacingMm); }, "without --n4");
}

class ImportWithN4 : public ::testing::Test {
 protected:
  test::CommandResult import(std::vector<std::string> more) {
    more.insert(more.begin(), {acdc_.path().string(), "--out", out_.string()});
    return test::run_program(import_acdc_command(), more);
  }
  test::AcdcFolder acdc_;
  std::filesystem::path out_ = acdc_.other("out") / "acdc.h5";
};

TEST_F(ImportWithN4, CorrectsAndSaysSoInTheFile) {
  if (itk_version().empty()) GTEST_SKIP() << "built without ITK (TANDEM_N4)";
  ASSERT_EQ(import({}).exit_code, 0);
  const auto plain = data::CaseFile(out_).read("patient001_ED");
  EXPECT_THAT(data::CaseFile(out_).info().preprocessing, Not(HasSubstr("N4")));
  const auto result = import({"--n4", "--force"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const data::CaseFile file(out_);
  EXPECT_THAT(file.info().preprocessing, HasSubstr("N4 bias-field correction (ITK " + itk_version()));
  EXPECT_THAT(file.info().preprocessing, HasSubstr("2nd to 98th percentile"));
  const auto corrected = file.read("patient001_ED");
  EXPECT_NE(corrected.image, plain.image);
  EXPECT_EQ(corrected.label, plain.label);
}

TEST_F(ImportWithN4, IsRefusedByABuildWithoutItk) {
  if (!itk_version().empty()) GTEST_SKIP() << "built with ITK " << itk_version();
  const auto result = import({"--n4"});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_THAT(result.errors, HasSubstr("libinsighttoolkit5-dev"));
  EXPECT_THAT(result.errors, HasSubstr("TANDEM_N4=ON"));
  EXPECT_FALSE(std::filesystem::exists(out_));
}

TEST_F(ImportWithN4, NeedsTheNormalisationAfterIt) {
  if (itk_version().empty()) GTEST_SKIP() << "built without ITK (TANDEM_N4)";
  const auto result = test::run_program(
      import_prepared_command(), {acdc_.path().string(), "--out", out_.string(), "--domain", "x", "--n4"});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_THAT(result.errors, HasSubstr("add --preprocess"));
}

}  // namespace
}  // namespace tandem::data_tools
