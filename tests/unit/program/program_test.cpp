#include "program/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <new>

#include "base/console.h"
#include "base/error.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace tandem::program {
namespace {

using testing::HasSubstr;

struct Outcome {
  int code = -1;
  std::string out, trouble;
};

/// A program of three commands; `add` sums numbers, `import acdc` and `import mnms` fail as asked.
Program example() {
  Program program{.name = "tool-kit", .summary = "a kit", .versions = {"HDF5 1.2.3"}, .commands = {}};
  program.commands.push_back({.name = "add",
                              .synopsis = "NUMBER... [--scale FACTOR]",
                              .summary = "adds numbers",
                              .declare =
                                  [](po::options_description& options) {
                                    options.add_options()(
                                        "numbers", po::value<std::vector<int>>()->required(), "what to add")(
                                        "scale", po::value<int>()->default_value(1), "factor (no unit)");
                                  },
                              .positional = {"numbers"},
                              .run =
                                  [](const po::variables_map& map) {
                                    int sum = 0;
                                    for (const int n : map["numbers"].as<std::vector<int>>()) sum += n;
                                    console::print("adding");
                                    console::result(fmt::format("{}", sum * map["scale"].as<int>()));
                                  },
                              .details = [] { return std::string("more about add\n"); }});
  program.commands.push_back(
      {.name = "import acdc",
       .synopsis = "FOLDER",
       .summary = "imports ACDC",
       .declare = [](po::options_description& o) { o.add_options()("folder", "where"); },
       .positional = {},
       .run = [](const po::variables_map&) { fail_system("disk full"); }});
  program.commands.push_back({.name = "import mnms",
                              .synopsis = "FOLDER",
                              .summary = "imports M&Ms",
                              .declare = {},
                              .positional = {},
                              .run = [](const po::variables_map&) { throw std::bad_alloc(); }});
  program.commands.push_back({.name = "look",
                              .synopsis = "",
                              .summary = "looks where it may not",
                              .declare = {},
                              .positional = {},
                              .run = [](const po::variables_map&) {
                                throw std::filesystem::filesystem_error(
                                    "status", "some/folder",
                                    std::make_error_code(std::errc::permission_denied));
                              }});
  return program;
}

Outcome run(const std::vector<const char*>& args) {
  std::vector<const char*> argv = {"tool-kit"};
  argv.insert(argv.end(), args.begin(), args.end());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.code = example().run(int(argv.size()), argv.data());
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.trouble = testing::internal::GetCapturedStderr();
  console::set_quiet(false);
  return outcome;
}

TEST(Program, RunsACommandWithItsOptions) {
  const auto outcome = run({"add", "1", "2", "3", "--scale", "10"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "adding\n60\n");
  EXPECT_EQ(run({"add", "--quiet", "4"}).out, "4\n");
}

TEST(Program, HelpAtEveryLevel) {
  for (const auto& args : std::vector<std::vector<const char*>>{{}, {"--help"}, {"-h"}, {"help"}}) {
    const auto outcome = run(args);
    EXPECT_EQ(outcome.code, 0);
    for (const char* part : {"a kit", "add", "adds numbers", "import acdc", "--version", "Exit codes"})
      EXPECT_THAT(outcome.out, HasSubstr(part));
  }
  const auto outcome = run({"add", "--help"});  // although required numbers are not given
  EXPECT_EQ(outcome.code, 0);
  for (const char* part :
       {"tool-kit add NUMBER...", "--scale", "(=1)", "no unit", "--quiet", "more about add"})
    EXPECT_THAT(outcome.out, HasSubstr(part));
  const auto family = run({"import", "--help"});
  EXPECT_EQ(family.code, 0);
  EXPECT_THAT(family.out, HasSubstr("imports M&Ms"));
  EXPECT_THAT(family.out, Not(HasSubstr("adds numbers")));
}

TEST(Program, VersionNamesCommitAndLibraries) {
  const auto outcome = run({"--version"});
  EXPECT_THAT(outcome.out, HasSubstr("tool-kit 0."));
  EXPECT_THAT(outcome.out, HasSubstr("commit "));
  EXPECT_THAT(outcome.out, HasSubstr("HDF5 1.2.3"));
}

TEST(Program, UnknownCommandsGetAHint) {
  auto outcome = run({"ad"});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_THAT(outcome.trouble, HasSubstr("error: tool-kit has no command 'ad' (did you mean 'add'?)"));
  outcome = run({"imprt", "acdc"});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_THAT(outcome.trouble, HasSubstr("'imprt acdc' (did you mean 'import acdc'?)"));
  outcome = run({"import"});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_THAT(outcome.trouble,
              HasSubstr("error: tool-kit import needs one more word: import acdc, import mnms; "));
}

TEST(Program, FaultyOptionsAreBadInput) {
  auto outcome = run({"add", "1", "--scal3", "2"});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_THAT(outcome.trouble, HasSubstr("unknown option '--scal3' (did you mean '--scale'?)"));
  EXPECT_EQ(run({"add", "one"}).code, 65);
  EXPECT_EQ(run({"add"}).code, 65);
  EXPECT_EQ(run({"add", "1", "--scale"}).code, 65);
  EXPECT_EQ(run({"import", "mnms", "surplus"}).code, 65);
}

TEST(Program, FailuresHaveTheirExitCodes) {
  auto outcome = run({"import", "acdc"});
  EXPECT_EQ(outcome.code, 70);
  EXPECT_EQ(outcome.trouble, "error: disk full\n");
  outcome = run({"import", "mnms"});
  EXPECT_EQ(outcome.code, 70);
  EXPECT_THAT(outcome.trouble, HasSubstr("out of memory"));
  outcome = run({"look"});
  EXPECT_EQ(outcome.code, 70);
  EXPECT_EQ(outcome.trouble, "error: cannot access some/folder: Permission denied\n");
}

/// What bash offers for a command line, its last word being typed.
std::string completions(const std::string& words) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "script")
      << run({"completion", "bash"}).out << "\nCOMP_WORDS=(" << words
      << ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_tool_kit\necho \"${COMPREPLY[*]}\"\n";
  std::string out;
  std::FILE* pipe = ::popen(("cd " + folder.path().string() + " && bash script 2>&1").c_str(), "r");
  std::array<char, 1000> buffer;
  while (std::fgets(buffer.data(), int(buffer.size()), pipe)) out += buffer.data();
  ::pclose(pipe);
  return out;
}

TEST(Program, BashCompletesCommandsAndOptions) {
  EXPECT_EQ(completions("tool-kit a"), "add\n");
  EXPECT_EQ(completions("tool-kit im"), "import\n");
  EXPECT_EQ(completions("tool-kit add --sc"), "--scale\n");
  EXPECT_EQ(completions("tool-kit import m"), "mnms\n");
  EXPECT_EQ(completions("tool-kit import a"), "acdc\n");
  EXPECT_EQ(completions("tool-kit import acdc --fo"), "--folder\n");
}

}  // namespace
}  // namespace tandem::program
