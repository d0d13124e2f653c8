// Rules of CONTRIBUTING.md that a machine can check.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <regex>

#include "architecture/source_tree.h"
#include "base/text.h"

namespace tandem::architecture {
namespace {

bool starts_with_pragma_once(const std::string& header) {
  const std::string code = blank_out(header, /*keep_comments=*/false);
  const size_t first = code.find_first_not_of(" \n");
  return first != std::string::npos && code.compare(first, 12, "#pragma once") == 0;
}

TEST(HouseRules, HeadersStartWithPragmaOnce) {
  std::vector<std::string> complaints;
  for (const auto& file : read_sources({"src", "data_tools", "tests"}))
    if (file.is_header() && !starts_with_pragma_once(file.text)) complaints.push_back(file.path);
  EXPECT_EQ(report(complaints), "");
  EXPECT_TRUE(starts_with_pragma_once("// a comment\n#pragma once\n"));
  EXPECT_FALSE(starts_with_pragma_once("// #pragma once\n#include <a>\n#pragma once\n"));
  EXPECT_FALSE(starts_with_pragma_once(""));
}

bool reads_environment(const std::string& text) {
  static const std::regex call(R"(\b(getenv|secure_getenv|environ)\b)");
  return std::regex_search(blank_out(text, /*keep_comments=*/false), call);
}

TEST(HouseRules, LibrariesDoNotReadTheEnvironment) {
  std::vector<std::string> complaints;
  for (const auto& file : read_sources({"src"})) {
    const std::string library = file.library();
    if (library != "cli" && library != "program" && library != "h5" && reads_environment(file.text))
      complaints.push_back(file.path +
                           " reads the environment; options come from settings or the command line");
  }
  EXPECT_EQ(report(complaints), "");
  EXPECT_TRUE(reads_environment("x = std::getenv(\"HOME\");"));
  EXPECT_FALSE(reads_environment("// getenv\nenvironment = \"getenv\";"));
}

/// Output and exit code of a shell command.
std::pair<std::string, int> output_of(const std::string& command) {
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string out;
  std::array<char, 4096> buffer;
  while (std::fgets(buffer.data(), int(buffer.size()), pipe)) out += buffer.data();
  return {out, ::pclose(pipe)};
}

/// The program's name if version 14, which .clang-format is written for, is installed; else "".
std::string clang_format() {
  for (const std::string name : {"clang-format-14", "clang-format"})
    if (output_of(name + " --version").first.find("version 14.") != std::string::npos) return name;
  return "";
}

TEST(HouseRules, SourcesAreFormatted) {
  const std::string program = clang_format();
  if (program.empty()) GTEST_SKIP() << "clang-format 14 is not installed (package clang-format-14)";
  std::string command = "cd '" TANDEM_SOURCE_DIR "' && " + program + " --dry-run -Werror";
  for (const auto& file : read_sources({"src", "data_tools", "tests"})) command += " '" + file.path + "'";
  const auto [out, code] = output_of(command);
  EXPECT_EQ(code, 0) << "run clang-format -i on the files named here:\n" << out;
}

}  // namespace
}  // namespace tandem::architecture
