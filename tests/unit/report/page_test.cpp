#include "report/page.h"

#include <gmock/gmock.h>

#include <chrono>
#include <regex>

#include "base/atomic_file.h"
#include "report/automatic_spec.h"
#include "report/commands.h"
#include "report/html.h"
#include "report/settings_table.h"
#include "sample_sweep.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"

namespace tandem::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Pages : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new test::TemporaryFolder;
    test::write_sample_sweep(folder->path(), *folder / "sweep.h5");
    outcome =
        test::run_program(page_command(), {at("sweep.h5"), "--out", at("page.html"), "--title", "A & B"});
    page = outcome.exit_code == 0 ? read_text_file(at("page.html")) : "";
  }
  static void TearDownTestSuite() { delete folder; }
  static std::string at(const std::string& name) { return (*folder / name).string(); }

  static inline test::TemporaryFolder* folder = nullptr;
  static inline test::CommandResult outcome;
  static inline std::string page;
};

TEST_F(Pages, HaveEverySection) {
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("written: " + at("page.html")));
  EXPECT_THAT(page, HasSubstr("<h1>A &amp; B</h1>"));
  EXPECT_THAT(page, HasSubstr("6 of 8 trials have a result"));
  for (const char* id :
       {"tables", "claims", "figures", "failures", "configuration", "provenance", "all-trials"}) {
    EXPECT_THAT(page, HasSubstr(std::string("<section id=\"") + id + "\">"));
    EXPECT_THAT(page, HasSubstr(std::string("<a href=\"#") + id + "\">"));
  }
}

TEST_F(Pages, ShowFailuresWithTheirReasons) {
  EXPECT_THAT(
      page, HasSubstr("<td class=\"text\">failed</td><td class=\"text\">step 4110: loss is not finite (ce_p "
                      "= nan) &amp; &quot;more&quot;</td>"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">dropout_only/cval1</th><td class=\"text\">waiting</td>"));
  EXPECT_THAT(page, HasSubstr("2 trials have no result"));  // what reading warned of
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">dropout_only</th><td>missing</td>"));
}

TEST_F(Pages, TellWhatVariedAndWhatWasCommon) {
  EXPECT_THAT(page,
              HasSubstr("<th scope=\"row\">split.cval</th><td class=\"text\">0 (2), 1 (2), 2 (2)</td>"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">training.batch_size</th><td class=\"text\">20</td>"));
}

TEST_F(Pages, NameRunsCommitsMachinesAndDates) {
  EXPECT_THAT(page, HasSubstr("runs: proposed/p0 (seed 0, cval 0)"));
  EXPECT_THAT(page, HasSubstr("commit: runs c0ffee"));
  EXPECT_THAT(page, HasSubstr("<td class=\"text\">n1</td><td class=\"text\">cpu</td>"));
  EXPECT_THAT(page, HasSubstr("2026-03-02T10:00:00Z"));
}

TEST_F(Pages, EscapeWhatTrialsAreCalled) {
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("dropout_only/&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_EQ(html("<a href=\"x\">&\x1b"), "&lt;a href=&quot;x&quot;&gt;&amp;\uFFFD");
}

TEST_F(Pages, NeedNothingFromElsewhere) {
  for (const char* what : {"http://", "https://", "src=", "@import", "url(http", "<link", "<iframe"}) {
    auto text = std::regex_replace(page, std::regex("http://www\\.w3\\.org/[A-Za-z0-9/]*"),
                                   "");  // names, not addresses
    EXPECT_THAT(text, Not(HasSubstr(what)));
  }
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST_F(Pages, HoldFiguresWhoseIdsDiffer) {
  const std::regex id(" id=\"([^\"]*)\"");
  std::set<std::string> seen;
  size_t figures = 0;
  for (auto at = std::sregex_iterator(page.begin(), page.end(), id); at != std::sregex_iterator(); ++at)
    EXPECT_TRUE(seen.insert((*at)[1]).second) << (*at)[1];
  for (size_t at = page.find("<svg role=\"img\" aria-label="); at != std::string::npos;
       at = page.find("<svg role", at + 1))
    ++figures;
  EXPECT_EQ(figures, 4u);  // boxes and three learning curves
  const std::regex reference("href=\"#(f[0-9]-[^\"]*)\"");
  for (auto at = std::sregex_iterator(page.begin(), page.end(), reference); at != std::sregex_iterator();
       ++at)
    EXPECT_TRUE(seen.contains((*at)[1])) << (*at)[1];
}

std::string without_figures(std::string text) {
  for (size_t at = text.find("<svg"); at != std::string::npos; at = text.find("<svg", at))
    text.erase(at, text.find("</svg>", at) - at);
  return text;
}

TEST_F(Pages, AreEqualForEqualResultsAndReplacedOnlyWhenForced) {
  EXPECT_EQ(test::run_program(page_command(), {at("sweep.h5"), "--out", at("page.html")}).exit_code, 65);
  EXPECT_EQ(test::run_program(page_command(), {at("sweep.h5"), "--out", at("again.html"), "--title", "A & B"})
                .exit_code,
            0);
  // Within one process the drawing library goes on counting glyphs; two processes give equal figures as well.
  EXPECT_TRUE(without_figures(read_text_file(at("again.html"))) == without_figures(page));
}

TEST_F(Pages, RefuseFoldersWithoutResults) {
  std::filesystem::create_directory(at("empty"));
  const auto refused = test::run_program(page_command(), {at("empty"), "--out", at("none.html")});
  EXPECT_EQ(refused.exit_code, 65);
  EXPECT_THAT(refused.errors, HasSubstr("no trial and no result.h5 in " + at("empty")));
  EXPECT_FALSE(std::filesystem::exists(at("none.html")));
}

TEST(LargePages, StaySmallAndQuick) {
  const auto data = test::many_trials(10000);
  const auto start = std::chrono::steady_clock::now();
  const auto page = make_page({.title = "Large"}, data);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_LT(page.size(), 5u << 20);  // 10,000 rows in less than 5 MB
  EXPECT_LT(seconds, 3.0);           // measured: 0.1 s on an idle machine
  EXPECT_THAT(page, HasSubstr("<details id=\"trial-fold\">\n<summary>All 10000 trials</summary>"));
  size_t rows = 0;
  for (size_t at = page.find("<tr data-state="); at != std::string::npos;
       at = page.find("<tr data-state=", at + 1))
    ++rows;
  EXPECT_EQ(rows, 10000u);
}

TEST(SettingsTables, KeepEqualTextsOnceAndCountThem) {
  SettingsTable table;
  table.set(0, "name = \"a\"\n\n[x]\nlist = [1, 2]\n");
  table.set(1, "name = \"b\"\n\n[x]\nlist = [1, 2]\nonly = true\n");
  table.set(1, "name = \"c\"\n\n[x]\nlist = [1, 2]\nonly = true\n");  // replaced
  std::vector<std::string> names;
  for (const auto& key : table.keys()) names.push_back(key.name);
  EXPECT_THAT(names, ElementsAre("name", "x.list", "x.only"));
  const auto keys = table.keys();
  EXPECT_THAT(keys[0].values, ElementsAre(std::pair<std::string, size_t>("\"a\"", 1),
                                          std::pair<std::string, size_t>("\"c\"", 1)));
  EXPECT_TRUE(keys[1].common());
  EXPECT_EQ(keys[2].lacking, 1u);
  EXPECT_EQ(table.value(1, "x.only"), "true");
  EXPECT_EQ(table.value(0, "x.only"), "");
  EXPECT_EQ(plain_value("\"n 1\""), "n 1");
  EXPECT_EQ(plain_value("[\"a\"]"), "[\"a\"]");
}

}  // namespace
}  // namespace tandem::report
