// Includes go from higher folders to lower ones, in the order of the table in src/README.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "architecture/source_tree.h"
#include "base/atomic_file.h"
#include "base/text.h"

namespace tandem::architecture {
namespace {

struct Folder {
  std::string name, libraries;  ///< libraries: the table's last column
};

/// Rows "| `name` | what | libraries |" of a table, lowest folder first.
std::vector<Folder> folders_in(const std::string& readme) {
  static const std::regex row(R"(^\| `(\w+)` \|.*\|([^|]*)\|$)");
  std::vector<Folder> folders;
  std::smatch match;
  for (const auto& line : lines_of(readme))
    if (std::regex_match(line, match, row)) folders.push_back({match[1], match[2]});
  return folders;
}

class IncludeRules {
 public:
  explicit IncludeRules(std::vector<Folder> order) : order_(std::move(order)) {}

  std::vector<std::string> complaints(const std::vector<SourceFile>& files) const {
    std::vector<std::string> out;
    for (const auto& file : files) check(file, out);
    return out;
  }

 private:
  size_t level(const std::string& folder) const {
    return size_t(std::ranges::find(order_, folder, &Folder::name) - order_.begin());
  }

  void check(const SourceFile& file, std::vector<std::string>& out) const {
    const bool tool = file.path.starts_with("data_tools/");
    const std::string library = file.library();
    const size_t highest = level(tool ? "augment" : library);
    if (highest == order_.size()) {
      out.push_back(file.path + ": its folder is not in the table of src/README.md");
      return;
    }
    static const std::regex include(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
    int number = 0;
    for (const auto& line : lines_of(file.text)) {
      ++number;
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const bool ours = match[1] == "\"";
      const std::string fault = ours ? fault_of(match[2], tool, highest) : outside_fault(match[2], library);
      if (!fault.empty())
        out.push_back(fmt::format("{}:{}: {} {}", file.path, number, match[2].str(), fault));
    }
  }

  std::string fault_of(const std::string& target, bool tool, size_t highest) const {
    const size_t slash = target.find('/');
    const std::string folder = slash == std::string::npos ? "" : target.substr(0, slash);
    const size_t place = level(folder);
    if (place < order_.size())
      return place <= highest ? "" : "points upward: " + folder + " is a higher folder";
    if (!tool) return folder == "data_tools" ? "must not be used from src" : "is no path from src/";
    const std::filesystem::path root = TANDEM_SOURCE_DIR;
    const bool found =
        std::filesystem::exists(root / target) || std::filesystem::exists(root / "data_tools" / target);
    return found ? "" : "is neither in src nor in data_tools";
  }

  /// HDF5, ISA-L and LibTorch only where the table says so.
  std::string outside_fault(const std::string& target, const std::string& library) const {
    if (library.empty()) return "";
    static const std::regex torch(R"(^(torch|ATen|c10|caffe2)/)"), hdf5(R"(^(hdf5|H5)\w*\.h$)");
    const std::string needed = std::regex_search(target, torch)  ? "LibTorch"
                               : std::regex_search(target, hdf5) ? "HDF5"
                               : target.starts_with("isa-l/")    ? "ISA-L"
                                                                 : "";
    const std::string& allowed = order_[level(library)].libraries;
    if (needed.empty() || allowed.find(needed) != std::string::npos) return "";
    return fmt::format("brings {}, which src/README.md does not list for {}", needed, library);
  }

  std::vector<Folder> order_;
};

std::vector<Folder> our_folders() {
  return folders_in(read_text_file(std::filesystem::path(TANDEM_SOURCE_DIR) / "src/README.md"));
}

TEST(IncludeDirection, SourcesIncludeOnlyLowerFolders) {
  const auto files = read_sources({"src", "data_tools"});
  ASSERT_GT(files.size(), 20u);
  EXPECT_EQ(report(IncludeRules(our_folders()).complaints(files)), "");
}

TEST(IncludeDirection, TheTableListsEveryFolderAndNoOther) {
  std::vector<std::string> listed, present;
  for (const auto& folder : our_folders()) listed.push_back(folder.name);
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TANDEM_SOURCE_DIR) / "src"))
    if (entry.is_directory() && entry.path().filename() != "cmake")
      present.push_back(entry.path().filename());
  std::ranges::sort(listed);
  std::ranges::sort(present);
  EXPECT_EQ(listed, present);
}

TEST(IncludeDirection, FaultsAreFound) {
  const auto rules =
      IncludeRules(folders_in("| folder | what | libraries |\n|---|---|---|\n| `base` | b | fmt |\n| `h5` | "
                              "h | HDF5 |\n| `augment` | a | |\n"
                              "| `model` | m | LibTorch |\n"));
  const auto fault = [&](const std::string& path, const std::string& include) {
    return report(rules.complaints({{path, "#pragma once\n#include " + include + "\n"}}));
  };
  EXPECT_EQ(fault("src/h5/a.h", "\"base/text.h\""), "");
  EXPECT_EQ(fault("src/h5/a.h", "\"h5/b.h\""), "");
  EXPECT_EQ(fault("src/h5/a.h", "<hdf5.h>"), "");
  EXPECT_EQ(fault("src/model/a.h", "<ATen/ATen.h>"), "");
  EXPECT_EQ(fault("data_tools/a.cpp", "\"augment/a.h\""), "");
  EXPECT_NE(fault("src/base/a.h", "\"h5/h5.h\"").find("src/base/a.h:2: h5/h5.h points upward"),
            std::string::npos);
  EXPECT_NE(fault("src/base/a.h", "\"data_tools/x.h\"").find("must not be used from src"), std::string::npos);
  EXPECT_NE(fault("src/base/a.h", "\"text.h\"").find("no path from src/"), std::string::npos);
  EXPECT_NE(fault("src/base/a.h", "<hdf5.h>").find("brings HDF5"), std::string::npos);
  EXPECT_NE(fault("src/base/a.h", "<isa-l/crc.h>").find("brings ISA-L"), std::string::npos);
  EXPECT_NE(fault("src/augment/a.h", "<torch/types.h>").find("brings LibTorch"), std::string::npos);
  EXPECT_NE(fault("src/new/a.h", "<vector>").find("not in the table"), std::string::npos);
  EXPECT_NE(fault("data_tools/a.cpp", "\"model/a.h\"").find("points upward"), std::string::npos);
  EXPECT_NE(fault("data_tools/a.cpp", "\"none/a.h\"").find("neither"), std::string::npos);
}

}  // namespace
}  // namespace tandem::architecture
