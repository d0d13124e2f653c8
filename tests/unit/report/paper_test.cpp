#include <gmock/gmock.h>

#include "base/atomic_file.h"
#include "report/claims.h"
#include "report/commands.h"
#include "sample_sweep.h"
#include "support/expect_error.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"

namespace tandem::report {
namespace {

using ::testing::HasSubstr;

class Papers : public testing::Test {
 protected:
  Papers() { test::write_sample_sweep(folder_.path(), folder_ / "sweep.h5"); }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  std::string text(const std::string& name) const { return read_text_file(at(name)); }
  test::TemporaryFolder folder_;
};

const ClaimResult& claim(const std::vector<ClaimResult>& claims, const std::string& start,
                         const std::string& network) {
  for (const auto& c : claims)
    if (c.text.starts_with(start) && c.network == network) return c;
  throw Error("no claim starts with " + start);
}

TEST_F(Papers, ClaimsAreTestedOverPatients) {
  const auto claims = test_claims(load_runs({at("sweep.h5")}, "dice"));
  const auto& corrupted = claim(claims, "Cooperative training beats standard training on corrupted", "FTN");
  ASSERT_TRUE(corrupted.comparison);
  EXPECT_EQ(corrupted.comparison->pairs, 6);                   // patients, of twelve cases in four data sets
  EXPECT_NEAR(corrupted.comparison->difference, 0.075, 1e-9);  // 0.05 + 2 x 0.005 x 2.5
  EXPECT_NEAR(corrupted.comparison->wilcoxon_p, 2.0 / 64, 1e-12);  // all six in one direction
  EXPECT_EQ(corrupted.verdict, Verdict::NotSignificant);           // by Holm
  EXPECT_EQ(corrupted.domains, "acdc-c_bias, acdc-c_ghosting, acdc-c_motion, acdc-c_spike");
  EXPECT_EQ(corrupted.first_runs, 3);
  const auto& stn = claim(claims, "The STN helps more", "FTN+STN - FTN");
  EXPECT_NEAR(stn.comparison->first, 0.01, 1e-9);
  EXPECT_NEAR(stn.comparison->difference, 0.02 + 0.0125, 1e-9);
  EXPECT_EQ(claim(claims, "On clean images", "FTN").verdict, Verdict::Holds);
}

TEST_F(Papers, ClaimsWithoutRunsSayWhatIsMissing) {
  const auto claims = test_claims(load_runs({at("sweep.h5")}, "dice"));
  const auto& targeted = claim(claims, "Targeted masks", "FTN");
  EXPECT_EQ(targeted.verdict, Verdict::NotTestable);
  EXPECT_EQ(targeted.missing, "no complete run of 'dropout_only'");
  const auto shown = sheet_text(claims_sheet(claims));
  EXPECT_THAT(shown, HasSubstr("not testable: no complete run of 'dropout_only'"));
  EXPECT_THAT(shown, HasSubstr("in this direction, not significant"));
}

TEST_F(Papers, RolesNameOtherExperiments) {
  const auto loaded = load_runs({at("sweep.h5")}, "dice");
  const auto claims = test_claims(loaded, {{"standard", "proposed"}, {"proposed", "standard"}});
  EXPECT_EQ(claim(claims, "Cooperative training beats", "FTN").verdict, Verdict::DoesNotHold);
  test::expect_error(
      [&] {
        test_claims(loaded, {{"propsed", "x"}});
      },
      "'propsed' is no part that a claim names");
}

TEST_F(Papers, ClaimsCommandWritesEveryFormat) {
  const auto csv = test::run_program(claims_command(), {at("sweep.h5"), "--format", "csv"});
  EXPECT_EQ(csv.exit_code, 0) << csv.errors;
  EXPECT_THAT(csv.output, HasSubstr("# commit: runs c0ffee; table "));
  EXPECT_EQ(test::run_program(claims_command(), {at("sweep.h5"), "--role", "proposed"}).exit_code, 65);
}

TEST_F(Papers, MakeEverythingInOneCall) {
  write_text_file(
      at("t1.toml"),
      "title = \"Table one\"\n[[row]]\nexperiment = \"standard\"\nexpected_runs = 3\npublished = [0.5, "
      "nan]\n[[row]]\nexperiment = \"rand_mwm\"\n[[column]]\nlabel = \"A\"\ndomain = \"acdc\"\nnetwork = "
      "\"FTN\"\nseverity = 1\n[[column]]\nlabel = \"M\"\ndomain = \"mnms\"\nnetwork = \"FTN\"\n");
  const std::vector<std::string> words = {at("sweep.h5"), "--out", at("paper"), "--tables", at("t1.toml")};
  const auto made = test::run_program(paper_command(), words);
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  for (const char* end : {".md", ".tex", ".csv", ".html"}) {
    for (const char* name : {"paper/tables/t1", "paper/tables/claims"}) {
      EXPECT_THAT(text(std::string(name) + end), HasSubstr("standard/s0 (seed 0")) << name << end;
      EXPECT_THAT(text(std::string(name) + end), HasSubstr("commit: runs c0ffee; table ")) << name << end;
    }
  }
  for (const char* name : {"fig2_boxes", "learning_total", "learning_val_stn_miou", "robustness_1"})
    for (const char* end : {".svg", ".pdf", ".png"})
      EXPECT_GT(std::filesystem::file_size(at(std::string("paper/figures/") + name + end)), 1000u)
          << name << end;
  EXPECT_THAT(text("paper/page.html"), HasSubstr("<h3>Table one</h3>"));
  const std::string row =
      "Table one, row 'rand_mwm': 0 of 1 run of experiment 'rand_mwm'. To make them: tandem train ";
  const std::string data =
      "Table one, data set 'mnms': no run has dice scores there. To make them: tandem evaluate RUN";
  EXPECT_THAT(made.errors, HasSubstr("warning: " + row));
  EXPECT_THAT(text("paper/README.md"), HasSubstr(data));
  const auto again = test::run_program(paper_command(), words);
  EXPECT_EQ(again.exit_code, 65);
  EXPECT_THAT(again.errors, HasSubstr("exists already and is not empty; --force"));
}

TEST_F(Papers, NeedARun) {
  std::filesystem::create_directory(at("empty"));
  write_text_file(at("t.toml"),
                  "title = \"T\"\n[[row]]\nexperiment = \"a\"\n[[column]]\nlabel = \"A\"\ndomain = "
                  "\"a\"\nnetwork = \"FTN\"\n");
  const auto refused =
      test::run_program(paper_command(), {at("empty"), "--out", at("p"), "--tables", at("t.toml")});
  EXPECT_EQ(refused.exit_code, 65);
  EXPECT_FALSE(std::filesystem::exists(at("p")));
}

}  // namespace
}  // namespace tandem::report
