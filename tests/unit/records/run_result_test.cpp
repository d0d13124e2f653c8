#include "records/run_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::records {
namespace {

using test::error_of;
using testing::HasSubstr;

RunResult example() {
  RunResult r;
  r.experiment = "proposed", r.run_id = "1f3a9c02", r.config = "[training]\nepochs = 3\n", r.environment = "";
  r.state = "complete", r.seed = -5, r.cval = 2;
  r.history = {{"epoch", {1, 2, 3}}, {"loss", {3.5, 2.25, 1.0 / 3}}};
  r.scores = {{"acdc", "patient007_ED", "patient007", "ED", "FTN", "LV", "dice", 0.91},
              {"acdc-c_bias", "patient007_ES_c0", "patient007", "ES", "FTN+STN", "RV", "dice", 0.5}};
  r.scores[1].group = "NOR", r.scores[1].vendor = "B", r.scores[1].centre = "3";
  r.data_sha256 = {{"acdc", "aa"}, {"acdc-c_bias", "bb"}};
  return r;
}

TEST(RunResult, RoundTripKeepsEveryField) {
  const test::TemporaryFolder folder;
  const auto r = example();
  write_result(folder / "result.h5", r);
  const auto back = read_result(folder / "result.h5");
  EXPECT_EQ(back.experiment, r.experiment);
  EXPECT_EQ(back.run_id, r.run_id);
  EXPECT_EQ(back.config, r.config);
  EXPECT_EQ(back.environment, r.environment);
  EXPECT_EQ(back.state, r.state);
  EXPECT_EQ(back.seed, r.seed);
  EXPECT_EQ(back.cval, r.cval);
  EXPECT_EQ(back.history, r.history);
  EXPECT_EQ(back.data_sha256, r.data_sha256);
  ASSERT_EQ(back.scores.size(), r.scores.size());
  for (size_t i = 0; i < r.scores.size(); ++i) {
    const auto &a = back.scores[i], &b = r.scores[i];
    EXPECT_EQ(a.domain, b.domain);
    EXPECT_EQ(a.case_id, b.case_id);
    EXPECT_EQ(a.patient, b.patient);
    EXPECT_EQ(a.frame, b.frame);
    EXPECT_EQ(a.network, b.network);
    EXPECT_EQ(a.klass, b.klass);
    EXPECT_EQ(a.metric, b.metric);
    EXPECT_EQ(a.value, b.value);
    EXPECT_EQ(a.group, b.group);
    EXPECT_EQ(a.vendor, b.vendor);
    EXPECT_EQ(a.centre, b.centre);
  }
}

TEST(RunResult, ARunWithoutScoresAndHistoryIsFine) {
  const test::TemporaryFolder folder;
  write_result(folder / "result.h5", {});
  const auto back = read_result(folder / "result.h5");
  EXPECT_TRUE(back.scores.empty());
  EXPECT_TRUE(back.history.empty());
  EXPECT_TRUE(back.data_sha256.empty());
}

TEST(RunResult, OtherFilesAreRefused) {
  const test::TemporaryFolder folder;
  const auto path = folder / "result.h5";
  const auto write_header = [&](const char* format, std::int64_t version) {
    h5::File file(path, h5::File::Mode::Create);
    file.set_attribute("/", "format", format);
    file.set_attribute("/", "format_version", version);
    file.close();
  };
  write_header("tandem-cases", kResultFormatVersion);
  EXPECT_THAT(error_of([&] { read_result(path); }), HasSubstr("result.h5 is not a Tandem result"));
  write_header(kResultFormat, kResultFormatVersion + 1);
  EXPECT_THAT(error_of([&] { read_result(path); }),
              HasSubstr(fmt::format("version {}; this program reads version {}", kResultFormatVersion + 1,
                                    kResultFormatVersion)));
}

/// Scores as files had them before group, vendor and centre were kept.
void write_first_columns(const std::filesystem::path& path, const std::vector<double>& values) {
  h5::File file(path, h5::File::Mode::Create);
  for (const char* name : {"domain", "case", "patient", "frame", "network", "class", "metric"})
    file.write_strings(std::string("/scores/") + name, {"x"});
  file.write("/scores/value", values);
  file.close();
}

TEST(Scores, EarlierFilesStillRead) {
  const test::TemporaryFolder folder;
  write_first_columns(folder / "a.h5", {1});
  const auto rows = read_scores(h5::File(folder / "a.h5", h5::File::Mode::Read));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].metric, "x");
  EXPECT_EQ(rows[0].vendor, "");
}

TEST(Scores, ColumnsOfUnequalLengthAreRefused) {
  const test::TemporaryFolder folder;
  const auto path = folder / "a.h5";
  write_first_columns(path, {1, 2});
  EXPECT_THAT(error_of([&] { read_scores(h5::File(path, h5::File::Mode::Read)); }),
              HasSubstr("1 rows, expected 2"));
}

}  // namespace
}  // namespace tandem::records
