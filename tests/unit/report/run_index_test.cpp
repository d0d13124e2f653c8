#include "report/run_index.h"

#include <gmock/gmock.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "records/merged_results.h"
#include "sample_runs.h"
#include "support/temporary_folder.h"

namespace tandem::report {
namespace {

using test::sample_run;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

/// (slot, run_id) of each visit, in order.
struct Visits {
  std::vector<std::pair<size_t, std::string>> seen;
  std::vector<std::string> warnings;
};

Visits visit_all(const std::vector<fs::path>& files) {
  Visits visits;
  visits.warnings = visit_runs(
      files, [&](size_t slot, const records::RunResult& run) { visits.seen.emplace_back(slot, run.run_id); });
  return visits;
}

TEST(FindResults, SearchesFoldersSortedAndOnce) {
  const TemporaryFolder folder;
  for (const char* name : {"z/result.h5", "a/deep/er/result.h5", "a/other.h5", "single.h5"})
    write_text_file(folder / name, "x");
  fs::create_directory_symlink(folder.path(), folder / "a/circle");
  fs::create_directory_symlink(folder / "z", folder / "a/link");
  const auto found = find_results({folder.path(), folder / "a", folder / "single.h5"});
  ASSERT_EQ(found.files.size(), 3u);
  EXPECT_EQ(found.files[0], folder / "a/deep/er/result.h5");
  EXPECT_THAT(found.warnings, IsEmpty());
}

TEST(FindResults, TellsOfRunsWithoutResult) {
  const TemporaryFolder folder;
  write_text_file(folder / "run1/config.toml", "");
  write_text_file(folder / "run2/config.toml", "");
  write_text_file(folder / "run2/result.h5", "");
  const auto found = find_results({folder.path()});
  EXPECT_EQ(found.files.size(), 1u);
  EXPECT_THAT(found.warnings,
              ElementsAre((folder / "run1").string() + " has no result.h5: this run has not finished"));
}

TEST(FindResults, RefusesAPathThatIsNotThere) {
  const TemporaryFolder folder;
  EXPECT_THROW(find_results({folder / "nowhere"}), Error);
}

TEST(FindResults, ATrialOfASweepIsItsResultAlone) {
  const TemporaryFolder folder;
  for (const char* name : {"a/trial.toml", "a/result.h5", "a/result.2.h5", "a/ckpt/e2/result.h5",
                           "a/ckpt/e2/config.toml", "b/trial.toml", "b/ckpt/e1/config.toml"})
    write_text_file(folder / name, "x");
  const auto found = find_results({folder.path()});
  EXPECT_THAT(found.files, ElementsAre(folder / "a/result.h5"));
  EXPECT_THAT(found.warnings,
              ElementsAre((folder / "b").string() + " has no result.h5: this run has not finished"));
}

TEST(VisitRuns, AnAggregatedFileIsReadAsItsRuns) {
  const TemporaryFolder folder;
  auto first = sample_run("x", "1", 4), second = sample_run("y", "2");
  test::add_flat_score(first, "a", "FTN", 0.25);
  records::write_result(folder / "1.h5", first);
  records::write_result(folder / "2.h5", second);
  std::vector<records::MergedRow> rows(3);
  rows[0].id = "1", rows[0].state = "done", rows[0].result = folder / "1.h5";
  rows[1].id = "2", rows[1].state = "done", rows[1].result = folder / "2.h5";
  rows[2].id = "3", rows[2].label = "z/cval0", rows[2].state = "failed",
  rows[2].reason = "loss is not finite";
  records::write_merged(folder / "results.h5", rows);

  const auto merged = folder / "results.h5";
  std::vector<records::RunResult> runs;
  const auto warnings =
      visit_runs({folder / "2.h5", merged}, [&](size_t slot, const records::RunResult& run) {
        EXPECT_EQ(slot, runs.size());
        runs.push_back(run);
      });
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[1].experiment, "x");
  EXPECT_EQ(runs[1].seed, 4);
  ASSERT_EQ(runs[1].scores.size(), 3u);
  EXPECT_EQ(runs[1].scores[0].value, 0.25);
  EXPECT_THAT(warnings, ElementsAre("run y/2 was found twice and counts once: " + (folder / "2.h5").string() +
                                        " is used, " + merged.string() + "/trials/2 is not",
                                    merged.string() + ": 1 trial has no result: z/cval0 (failed)"));
}

TEST(VisitRuns, DuplicatesCountOnceAndTheCompleteOneWins) {
  const TemporaryFolder folder;
  auto stopped = sample_run("x", "same");
  stopped.state = "stopped";
  records::write_result(folder / "1.h5", stopped);
  records::write_result(folder / "2.h5", sample_run("x", "other"));
  records::write_result(folder / "3.h5", sample_run("x", "same"));
  records::write_result(folder / "4.h5", sample_run("x", "same"));
  records::write_result(folder / "5.h5", sample_run("y", "same"));  // another experiment is another row
  const auto visits = visit_all(
      find_results({folder / "1.h5", folder / "2.h5", folder / "3.h5", folder / "4.h5", folder / "5.h5"})
          .files);
  using Seen = std::pair<size_t, std::string>;
  EXPECT_THAT(visits.seen, ElementsAre(Seen(0, "same"), Seen(1, "other"), Seen(0, "same"), Seen(2, "same")));
  const auto warning = [&](const char* used, const char* unused) {
    return "run x/same was found twice and counts once: " + (folder / used).string() + " is used, " +
           (folder / unused).string() + " is not";
  };
  EXPECT_THAT(visits.warnings, ElementsAre(warning("3.h5", "1.h5"), warning("3.h5", "4.h5")));
}

TEST(VisitRuns, UnreadableFilesAreNamedWithTheReason) {
  const TemporaryFolder folder;
  records::write_result(folder / "good.h5", sample_run("x", "good"));
  const std::string bytes = read_text_file(folder / "good.h5");
  write_text_file(folder / "truncated.h5", bytes.substr(0, bytes.size() / 2));
  write_text_file(folder / "text.h5", "hello");
  {
    h5::File foreign(folder / "foreign.h5", h5::File::Mode::Create);
    foreign.set_attribute("/", "format", "tandem-cases");
  }
  {
    h5::File newer(folder / "newer.h5", h5::File::Mode::Create);
    newer.set_attribute("/", "format", records::kResultFormat);
    newer.set_attribute("/", "format_version", records::kResultFormatVersion + 1);
  }
  const auto visits = visit_all({folder / "foreign.h5", folder / "good.h5", folder / "newer.h5",
                                 folder / "text.h5", folder / "truncated.h5"});
  EXPECT_EQ(visits.seen.size(), 1u);
  ASSERT_EQ(visits.warnings.size(), 4u);
  EXPECT_THAT(visits.warnings[0], HasSubstr("foreign.h5 is not a Tandem result"));
  EXPECT_THAT(visits.warnings[1],
              HasSubstr("newer.h5 was written by format version 2; this program reads version 1"));
  EXPECT_THAT(visits.warnings[2], HasSubstr("text.h5"));
  EXPECT_THAT(visits.warnings[3], HasSubstr("truncated"));
  for (const auto& warning : visits.warnings) EXPECT_EQ(warning.rfind("left out: ", 0), 0u) << warning;
}

TEST(VisitRuns, ARefusalByTheVisitorIsAWarning) {
  const TemporaryFolder folder;
  records::write_result(folder / "1.h5", sample_run("x", "1"));
  const auto warnings =
      visit_runs({folder / "1.h5"}, [](size_t, const records::RunResult&) { fail("no good"); });
  EXPECT_THAT(warnings, ElementsAre("left out: " + (folder / "1.h5").string() + ": no good"));
}

}  // namespace
}  // namespace tandem::report
