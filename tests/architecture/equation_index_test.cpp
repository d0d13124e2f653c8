// The paper shelf is complete: each function is in the index, each paper in the bibliography.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>

#include "architecture/scopes.h"
#include "architecture/source_tree.h"
#include "base/atomic_file.h"
#include "base/error.h"

namespace tandem::architecture {
namespace {

std::string equations_file(const std::string& name) {
  return read_text_file(std::filesystem::path(TANDEM_SOURCE_DIR) / "src/equations" / name);
}

/// Names of the functions that a header offers to others (no members, nothing in `detail`).
std::set<std::string> public_functions(const std::string& header) {
  std::set<std::string> names;
  for (const auto& s : statements_of(header))
    if (s.is_function && !s.in_class && !s.is_private && s.text.find("operator") == std::string::npos)
      names.insert(function_name(s.text));
  return names;
}

std::set<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) out.insert((*it)[1]);
  return out;
}

/// Function names of the index: the first column of its table rows, each between backquotes.
std::set<std::string> indexed_functions(const std::string& readme) {
  std::set<std::string> out;
  for (const auto& line : lines_of(readme))
    if (line.starts_with("| `"))
      for (const auto& name : matches(line.substr(0, line.find('|', 1)), "`(\\w+)`")) out.insert(name);
  return out;
}

/// Keys like [chen2021] or [chen2021, ioffe2015] in a text.
std::set<std::string> cited_keys(const std::string& text) {
  std::set<std::string> out;
  for (const auto& group : matches(text, R"(\[([a-z]+\d{4}[a-z]?(?:, ?[a-z]+\d{4}[a-z]?)*)\])"))
    for (const auto& key : matches(group, R"(([a-z]+\d{4}[a-z]?))")) out.insert(key);
  return out;
}

TEST(EquationIndex, ListsEveryPublicFunction) {
  const auto indexed = indexed_functions(equations_file("README.md"));
  std::vector<std::string> complaints;
  for (const auto& file : read_sources({"src/equations"})) {
    if (!file.is_header()) continue;
    for (const auto& name : public_functions(file.text))
      if (!indexed.contains(name)) complaints.push_back(file.path + ": " + name + "() is not in README.md");
  }
  EXPECT_EQ(report(complaints), "");
}

TEST(EquationIndex, ListsNothingThatIsNotThere) {
  std::set<std::string> declared;
  for (const auto& file : read_sources({"src/equations"}))
    if (file.is_header()) declared.merge(public_functions(file.text));
  std::vector<std::string> complaints;
  for (const auto& name : indexed_functions(equations_file("README.md")))
    if (!declared.contains(name))
      complaints.push_back("README.md lists " + name + "(), which no header declares");
  EXPECT_EQ(report(complaints), "");
}

TEST(EquationIndex, FilesAndTestsItNamesExist) {
  const std::filesystem::path root = TANDEM_SOURCE_DIR;
  std::vector<std::string> complaints;
  for (const auto& path : matches(equations_file("README.md"), R"(`((?:\w+/)*\w+\.(?:h|cpp))`)"))
    if (!std::filesystem::exists(root / "src/equations" / path) && !std::filesystem::exists(root / path))
      complaints.push_back("README.md names " + path + ", which is not there");
  EXPECT_EQ(report(complaints), "");
}

TEST(Bibliography, HoldsEveryKeyThatCommentsCite) {
  const auto known = matches(equations_file("references.bib"), R"(@\w+\{(\w+),)");
  std::vector<std::string> complaints;
  for (const auto& file : read_sources({"src", "data_tools", "tests"}))
    for (const auto& key : cited_keys(blank_out(file.text, /*keep_comments=*/true)))
      if (!known.contains(key))
        complaints.push_back(file.path + " cites [" + key + "], not in references.bib");
  for (const auto& key : cited_keys(equations_file("README.md")))
    if (!known.contains(key)) complaints.push_back("README.md cites [" + key + "], not in references.bib");
  EXPECT_EQ(report(complaints), "");
}

TEST(Bibliography, EntriesAreUniqueAndComplete) {
  const std::string text = equations_file("references.bib");
  const std::regex entry(R"(@\w+\{(\w+),([^@]*))");
  std::map<std::string, int> seen;
  std::vector<std::string> complaints;
  for (std::sregex_iterator it(text.begin(), text.end(), entry), end; it != end; ++it) {
    const std::string key = (*it)[1], body = (*it)[2];
    if (++seen[key] == 2) complaints.push_back(key + " appears twice");
    for (const char* field : {"author", "title", "year"})
      if (body.find(std::string(field) + " ") == std::string::npos)
        complaints.push_back(key + " has no " + field);
  }
  EXPECT_GT(seen.size(), 0u);
  EXPECT_EQ(report(complaints), "");
}

TEST(EquationIndex, DeclarationsAreRecognised) {
  const std::string header = R"cpp(
#define MACRO(x) f(x)
    namespace tandem::equations {
    struct Options {
      double p = g(1);
      int size() const { return 1; }
    };
    inline constexpr double kEps = 1e-5;
    inline const std::vector<int> kList = make(3);
    /// Not this: fake(1);
    at::Tensor cross_entropy(const at::Tensor& logits,  // [N,K,H,W]
                             double eps = f(2));
    template <class T>
    [[nodiscard]] T clamp_to(T value);
    inline double square(double x) { return x * x; }
    using Function = std::function<void(int)>;
    namespace detail {
    void hidden();
    }
    namespace {
    void also_hidden();
    }
    }  // namespace tandem::equations
  )cpp";
  EXPECT_EQ(public_functions(header), (std::set<std::string>{"cross_entropy", "clamp_to", "square"}));
}

TEST(Bibliography, KeysAreRecognised) {
  EXPECT_EQ(
      cited_keys("dropout [chen2021] Eq. 3 and [ioffe2015, kingma2015]; x[i2021b] but not [N,C] or [1]"),
      (std::set<std::string>{"chen2021", "ioffe2015", "kingma2015", "i2021b"}));
  EXPECT_EQ(indexed_functions("| `a`, `b` | `c` |\n| function |\ntext `d`"),
            (std::set<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace tandem::architecture
