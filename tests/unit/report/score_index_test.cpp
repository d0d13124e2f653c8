#include "report/score_index.h"

#include <gtest/gtest.h>

#include "report/automatic_spec.h"
#include "report/make_tables.h"
#include "report/table_format.h"
#include "sample_sweep.h"
#include "support/temporary_folder.h"

namespace tandem::report {
namespace {

std::string table_from(const std::filesystem::path& file) {
  auto data = gather({file}, {"dice"}, {Filter{}}, Detail::Means);
  auto table = table_of(automatic_spec(data, "dice"), data);
  table.notes.clear();  // they name the file
  return format_csv(table);
}

TEST(ScoreIndexes, GiveTheTablesThatTheRunsGive) {
  const test::TemporaryFolder folder;
  test::write_sample_sweep(folder.path(), folder / "with.h5");
  test::write_sample_sweep(folder.path(), folder / "without.h5", /*with_index=*/false);
  const auto index = read_score_index(h5::File(folder / "with.h5", h5::File::Mode::Read), {"dice"}, true);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->summaries.at("dice").size(), 6u);
  EXPECT_NE(index->configs.at(0).find("batch_size = 20"), std::string::npos);
  EXPECT_FALSE(read_score_index(h5::File(folder / "without.h5", h5::File::Mode::Read), {"dice"}, true));
  EXPECT_EQ(table_from(folder / "with.h5"), table_from(folder / "without.h5"));  // every digit
}

TEST(ScoreIndexes, KeepWhatATableTellsOfLackingScores) {
  const test::TemporaryFolder folder;
  auto run = test::sample_run("x", "r0", 4);
  test::add_scores(run, "a", "FTN", {{"LV", {0.5, NAN}}, {"MYO", {0.25}}, {"RV", {NAN}}});
  run.config = "[da]\nmethod = \"advnoise\"\n[advnoise]\neps = 0.1\n";
  records::write_result(folder / "r.h5", run);
  records::write_merged(
      folder / "all.h5", {{"r0", "x/r0", "x", "", 4, "done", "", 1, 0, "1", 60, folder / "r.h5"}}, [] {},
      write_score_index);
  const auto index = read_score_index(h5::File(folder / "all.h5", h5::File::Mode::Read), {"dice"}, false);
  ASSERT_TRUE(index);
  const auto expected = summarise(run, "dice");
  const auto& found = index->summaries.at("dice").at(0);
  EXPECT_EQ(found.name(), "x/r0");
  EXPECT_EQ(found.seed, 4);
  EXPECT_EQ(found.commit, "c0ffee");
  EXPECT_EQ(found.augmentation, expected.augmentation);
  EXPECT_EQ(found.augmentation, "advnoise: eps = 0.1");
  EXPECT_EQ(found.data_sha256, expected.data_sha256);
  const auto &a = *found.find("a", "FTN"), &b = *expected.find("a", "FTN");
  EXPECT_FALSE(a.value);
  EXPECT_EQ(a.empty_classes, std::vector<std::string>{"RV"});
  EXPECT_EQ(std::tuple(a.scores, a.not_finite, a.fewest_cases, a.most_cases),
            std::tuple(b.scores, b.not_finite, b.fewest_cases, b.most_cases));
}

TEST(ScoreIndexes, AreLeftOutWhereARunCannotBeSummarised) {
  const test::TemporaryFolder folder;
  auto run = test::sample_run("x", "r0");
  test::add_flat_score(run, "a", "FTN", 0.5);
  test::add_flat_score(run, "a", "FTN", 0.6);  // the same case again
  records::write_result(folder / "r.h5", run);
  records::write_merged(
      folder / "all.h5", {{"r0", "x/r0", "x", "", 0, "done", "", 1, 0, "1", 60, folder / "r.h5"}}, [] {},
      write_score_index);
  EXPECT_FALSE(read_score_index(h5::File(folder / "all.h5", h5::File::Mode::Read), {"dice"}, false));
  const auto data = gather({folder / "all.h5"}, {"dice"}, {Filter{}}, Detail::Means);
  ASSERT_EQ(data.warnings.size(), 1u);
  EXPECT_NE(data.warnings[0].find("two scores for case"), std::string::npos);
}

}  // namespace
}  // namespace tandem::report
