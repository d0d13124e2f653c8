#include "base/console.h"

#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "support/temporary_folder.h"

namespace tandem {
namespace {

/// What a function prints on the two streams.
template <class Function>
std::pair<std::string, std::string> printed(const Function& function) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  function();
  std::string out = testing::internal::GetCapturedStdout();
  return {out, testing::internal::GetCapturedStderr()};
}

TEST(Console, ResultsGoToStandardOutputAndTroubleToStandardError) {
  const auto [out, trouble] = printed([] {
    console::say("{} cases", 3);
    console::result("table");
    console::warn("odd header");
    console::error("bad file");
  });
  EXPECT_EQ(out, "3 cases\ntable\n");
  EXPECT_EQ(trouble, "warning: odd header\nerror: bad file\n");
}

TEST(Console, QuietKeepsResultsAndTrouble) {
  const auto [out, trouble] = printed([] {
    console::set_quiet(true);
    console::print("chatter");
    console::result("table");
    console::warn("odd");
    { console::Progress progress("work", 1); }
    console::set_quiet(false);
  });
  EXPECT_EQ(out, "table\n");
  EXPECT_EQ(trouble, "warning: odd\n");
}

TEST(Console, TheLogFileGetsEverythingEvenWhenQuiet) {
  const test::TemporaryFolder folder;
  const auto path = folder / "log.txt";
  printed([&] {
    console::set_log_file(path.string());
    console::set_quiet(true);
    console::print("chatter");
    console::warn("odd");
    console::set_quiet(false);
    console::set_log_file("");
    console::print("afterwards");
  });
  EXPECT_EQ(read_text_file(path), "chatter\nwarning: odd\n");
}

TEST(Progress, AFileGetsPlainLinesWithoutControlCodes) {
  const auto [out, trouble] = printed([] {
    console::Progress progress("importing", 20);
    for (int i = 0; i < 20; ++i) progress.advance();
  });
  EXPECT_EQ(out.rfind("importing 20/20  ", 0), 0u) << out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1) << out;
  EXPECT_EQ(out.find_first_of("\r\033"), std::string::npos) << out;
}

}  // namespace
}  // namespace tandem
