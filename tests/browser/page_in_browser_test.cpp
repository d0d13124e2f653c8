// Pages of tandem-report in a real browser: what a script and a person see.
#include <cairo.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <set>

#include "base/atomic_file.h"
#include "base/text.h"
#include "report/commands.h"
#include "report/page.h"
#include "support/process.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"
#include "unit/report/sample_sweep.h"

namespace tandem::report {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string chromium() {
  const char* path = std::getenv("PATH");
  for (const auto& folder : split_words(path ? path : "", ':'))
    for (const char* name : {"chromium", "chromium-browser", "google-chrome"})
      if (fs::exists(fs::path(folder) / name)) return (fs::path(folder) / name).string();
  return "";
}

class InBrowser : public testing::Test {
 protected:
  void SetUp() override {
    if (chromium().empty()) GTEST_SKIP() << "Chromium is not installed (package chromium)";
  }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  /// Opens a page and gives what the browser prints: the document as it then is, and console messages. All
  /// that the browser writes goes into the test's folder; `timeout` ends it with all its processes.
  std::string open(const std::string& page, std::vector<std::string> options) {
    const auto home = at("home");
    fs::create_directories(home);
    std::vector<std::string> words = {"/usr/bin/env",
                                      "HOME=" + home,
                                      "TMPDIR=" + home,
                                      "timeout",
                                      "--kill-after=5",
                                      "150",
                                      chromium(),
                                      "--headless",
                                      "--no-sandbox",
                                      "--disable-gpu",
                                      "--disable-dev-shm-usage",
                                      "--no-first-run",
                                      "--disable-crash-reporter",
                                      "--disable-background-networking",
                                      "--hide-scrollbars",
                                      "--user-data-dir=" + home,
                                      "--enable-logging=stderr",
                                      "--virtual-time-budget=10000"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("file://" + page);
    test::Process process(words, at("browser.txt"));
    EXPECT_EQ(process.wait(160), 0) << process.output();
    return process.output();
  }
  /// The page with a script that acts as a reader would, then opened.
  std::string act(const std::string& page, const std::string& script) {
    auto text = read_text_file(page);
    const auto end = text.rfind("</body>");
    write_text_file(at("acted.html"), text.insert(end, "<script>" + script + "</script>\n"));
    return open(at("acted.html"), {"--dump-dom"});
  }
  void make_page_of_sweep() {
    test::write_sample_sweep(folder_.path(), folder_ / "sweep.h5");
    const auto made =
        test::run_program(page_command(), {at("sweep.h5"), "--out", at("page.html"), "--title", "A sweep"});
    ASSERT_EQ(made.exit_code, 0) << made.errors;
  }
  test::TemporaryFolder folder_;
};

/// Labels of trials in the order of the document.
std::vector<std::string> trials_in(const std::string& dom) {
  std::vector<std::string> labels;
  const std::string row = "<tr data-state=", head = "<th scope=\"row\">";
  for (size_t at = dom.find(row); at != std::string::npos; at = dom.find(row, at + 1)) {
    const auto start = dom.find(head, at) + head.size();
    labels.push_back(dom.substr(start, dom.find('<', start) - start));
  }
  return labels;
}

TEST_F(InBrowser, ScriptRunsWithoutComplaintAndNamesStayText) {
  make_page_of_sweep();
  const auto dom = open(at("page.html"), {"--dump-dom"});
  EXPECT_THAT(dom, HasSubstr("data-script=\"ready\""));
  EXPECT_THAT(dom, HasSubstr("Trials 1 to 8 of 8."));
  EXPECT_THAT(dom, Not(HasSubstr("CONSOLE")));
  EXPECT_THAT(dom, HasSubstr("dropout_only/&lt;script&gt;alert(1)&lt;/script&gt;"));
  const auto loud = act(at("page.html"), "console.error('heard')");
  EXPECT_THAT(loud, HasSubstr("CONSOLE"));  // so that the silence above means something
}

TEST_F(InBrowser, NothingCanBeFetched) {
  make_page_of_sweep();
  const auto dom = act(at("page.html"), "var i = new Image(); i.src = 'file://" + at("sweep.h5") + "';");
  EXPECT_THAT(dom, HasSubstr("violates the following Content Security Policy"));
}

TEST_F(InBrowser, TrialsAreSortedAndFiltered) {
  make_page_of_sweep();
  const std::string column =
      "var heads = Array.from(document.querySelectorAll('#trials thead button'));"
      "var time = heads.find(h => h.textContent === 'Time');";
  const auto rising = trials_in(act(at("page.html"), column + "time.click();"));
  ASSERT_EQ(rising.size(), 8u);
  EXPECT_EQ(rising[0], "dropout_only/cval1");  // 0 s, 60 s, then an hour
  EXPECT_THAT(rising[1], HasSubstr("alert(1)"));
  const auto falling = trials_in(act(at("page.html"), column + "time.click(); time.click();"));
  EXPECT_EQ(falling[0], "standard/cval2");
  EXPECT_EQ(falling[7], "dropout_only/cval1");
  const auto dom =
      act(at("page.html"),
          "var s = document.querySelector('.tools input'); s.value = 'proposed n1'; s.dispatchEvent(new "
          "Event('input'));");
  EXPECT_EQ(trials_in(dom), std::vector<std::string>{"proposed/cval1"});
  EXPECT_THAT(dom, HasSubstr("Trials 1 to 1 of 1 that fit, of 8 in all."));
}

TEST_F(InBrowser, TenThousandTrialsArePaged) {
  const PageContent content{.title = "Large"};
  write_text_file(at("large.html"), make_page(content, test::many_trials(10000)));
  const auto dom =
      act(at("large.html"),
          "Array.from(document.querySelectorAll('.tools button')).find(b => b.textContent === 'Next "
          "100').click();");
  const auto trials = trials_in(dom);
  ASSERT_EQ(trials.size(), 100u);
  EXPECT_EQ(trials[0], "grid/lr100");
  EXPECT_THAT(dom, HasSubstr("Trials 101 to 200 of 10000."));
}

TEST_F(InBrowser, ScreenshotShowsTheFigures) {
  make_page_of_sweep();
  open(at("page.html"), {"--screenshot=" + at("page.png"), "--window-size=1280,4000"});
  auto* image = cairo_image_surface_create_from_png(at("page.png").c_str());
  ASSERT_EQ(cairo_surface_status(image), CAIRO_STATUS_SUCCESS) << "no screenshot";
  const int width = cairo_image_surface_get_width(image), height = cairo_image_surface_get_height(image);
  const auto* bytes = cairo_image_surface_get_data(image);
  std::map<std::uint32_t, int> colours;
  for (int y = 0; y < height; ++y) {
    const auto* row =
        reinterpret_cast<const std::uint32_t*>(bytes + y * cairo_image_surface_get_stride(image));
    for (int x = 0; x < width; ++x) ++colours[row[x] & 0xffffff];
  }
  cairo_surface_destroy(image);
  EXPECT_EQ(width, 1280);
  EXPECT_GT(colours.size(), 200u);   // text and drawings, not one colour
  EXPECT_GT(colours[0x0072b2], 20);  // the first colour of the figures
  EXPECT_LT(colours[0xffffff], width * height * 9 / 10);
}

}  // namespace
}  // namespace tandem::report
