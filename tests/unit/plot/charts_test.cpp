#include "plot/charts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/atomic_file.h"
#include "plot/canvas.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::plot {
namespace {

TEST(Box, QuartilesWhiskersAndOutliers) {
  const auto box = box_of({5, 1, 2, 3, 4, 20});  // quartiles 2.25 and 4.75, reach 3.75
  EXPECT_DOUBLE_EQ(box.first, 2.25);
  EXPECT_DOUBLE_EQ(box.median, 3.5);
  EXPECT_DOUBLE_EQ(box.third, 4.75);
  EXPECT_DOUBLE_EQ(box.low, 1);
  EXPECT_DOUBLE_EQ(box.high, 5);
  EXPECT_DOUBLE_EQ(box.mean, 35.0 / 6);
  EXPECT_EQ(box.outliers, std::vector<double>{20});
}

TEST(Ticks, AreRoundAndInside) {
  const auto expect = [](const std::vector<double>& ticks, const std::vector<double>& expected) {
    ASSERT_EQ(ticks.size(), expected.size());
    for (size_t i = 0; i < ticks.size(); ++i) EXPECT_NEAR(ticks[i], expected[i], 1e-12);
  };
  expect(round_ticks(0.13, 1, 5), {0.2, 0.4, 0.6, 0.8, 1});
  expect(round_ticks(-3, 12, 4), {0, 5, 10});
  expect(round_ticks(1, 600, 6), {100, 200, 300, 400, 500, 600});
}

TEST(Palette, NoTwoOfSixteenSeriesLookAlike) {
  std::set<std::pair<std::uint32_t, bool>> looks;
  for (size_t i = 0; i < 16; ++i) looks.emplace(packed(series_color(i)), series_dashed(i));
  EXPECT_EQ(looks.size(), 16U);
}

/// All three files are there, of their kinds, and PDF and PNG come out the same twice.
template <class Save>
void expect_files(const test::TemporaryFolder& folder, const Save& save) {
  save(folder / "a"), save(folder / "b");
  for (const auto& [kind, start] :
       {std::pair(".svg", "<?xml"), std::pair(".pdf", "%PDF-"), std::pair(".png", "\x89PNG")}) {
    const auto a = read_text_file(folder / (std::string("a") + kind));
    EXPECT_TRUE(a.starts_with(start)) << kind;
    EXPECT_GT(a.size(), 1000u) << kind;
    if (std::string(kind) != ".svg") {  // Cairo numbers what it defines there on through a process
      EXPECT_TRUE(a == read_text_file(folder / (std::string("b") + kind))) << kind;
    }
  }
}

TEST(Figures, BoxesAndCurvesAreWrittenInThreeKinds) {
  const test::TemporaryFolder folder;
  const BoxChart boxes{"Title",    "Dice",         "Note.",
                       {"A", "B"}, {"one", "two"}, {{{0.5, 0.6, 0.9}, {0.7}}, {{}, {0.2, 0.3}}}};
  expect_files(folder, [&](const auto& prefix) { save_boxes(prefix, boxes); });
  const CurveChart curves{
      "Title", "epoch", "loss", "", {{"a", {1, 2, 3, 4}, {3, NAN, 2, 1}, {0.1, 0, NAN, 0.2}}}};
  expect_files(folder, [&](const auto& prefix) { save_curves(prefix, curves); });
}

TEST(Figures, NothingToDrawLeavesNoFile) {
  const test::TemporaryFolder folder;
  test::expect_error(
      [&] {
        save_boxes(folder / "x", {"T", "y", "", {"A"}, {"s"}, {{{}}}});
      },
      "no score to draw");
  test::expect_error(
      [&] {
        save_curves(folder / "x", {"T", "x", "y", "", {{"a", {1}, {NAN}, {}}}});
      },
      "no number to draw");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace tandem::plot
