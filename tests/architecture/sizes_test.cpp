// Files and functions stay short enough to be read at once.
#include <gtest/gtest.h>

#include <set>

#include "architecture/scopes.h"
#include "architecture/source_tree.h"
#include "base/error.h"

namespace tandem::architecture {
namespace {

constexpr int kMostFileLines = 400, kMostFunctionLines = 100;

/// Files and functions that may be longer, as "src/x/y.cpp" or "src/x/y.cpp:function", each with a reason
/// beside it.
const std::set<std::string> kExceptions = {};

std::vector<std::string> too_long(const SourceFile& file) {
  std::vector<std::string> out;
  const size_t lines = lines_of(file.text).size();
  if (lines > kMostFileLines && !kExceptions.contains(file.path))
    out.push_back(fmt::format("{} has {} lines, more than {}", file.path, lines, kMostFileLines));
  try {
    for (const auto& statement : statements_of(file.text)) {
      const int length = statement.last_line - statement.first_line + 1;
      const std::string name = function_name(statement.text);
      if (statement.is_function && length > kMostFunctionLines &&
          !kExceptions.contains(file.path + ":" + name))
        out.push_back(fmt::format("{}:{}: {}() has {} lines, more than {}", file.path, statement.first_line,
                                  name, length, kMostFunctionLines));
    }
  } catch (const Error& error) {
    out.push_back(fmt::format("{}: {}", file.path, error.what()));
  }
  return out;
}

TEST(Sizes, FilesAndFunctionsAreShort) {
  std::vector<std::string> complaints;
  for (const auto& file : read_sources({"src", "data_tools", "tests"}))
    for (const auto& complaint : too_long(file)) complaints.push_back(complaint);
  EXPECT_EQ(report(complaints), "");
}

std::string function_of(int lines) {
  std::string text = "namespace a {\nclass B {\n  template <class T>\n  int long_one(T x = T{}) const {\n";
  for (int i = 0; i < lines - 3; ++i) text += "    if (x) { y('{', \"}\"); }  // }\n";
  return text + "  }\n};\n}\n";
}

TEST(Sizes, LongFunctionsAreFound) {
  EXPECT_EQ(report(too_long({"a.cpp", function_of(kMostFunctionLines)})), "");
  EXPECT_EQ(report(too_long({"a.cpp", function_of(kMostFunctionLines + 1)})),
            "\n  a.cpp:3: long_one() has 101 lines, more than 100\n");
}

TEST(Sizes, LongFilesAreFound) {
  EXPECT_EQ(report(too_long({"a.h", std::string(kMostFileLines, '\n')})), "");
  EXPECT_NE(report(too_long({"a.h", std::string(kMostFileLines + 1, '\n')})), "");
}

TEST(Sizes, UnbalancedBracesAreFound) {
  EXPECT_NE(report(too_long({"a.h", "void f() {"})), "");
  EXPECT_NE(report(too_long({"a.h", "void f() {}}"})), "");
}

}  // namespace
}  // namespace tandem::architecture
