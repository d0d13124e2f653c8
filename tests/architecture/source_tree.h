#pragma once
#include <string>
#include <vector>

namespace tandem::architecture {

/// One source file as text.
struct SourceFile {
  std::string path;  ///< from the root of the repository, "src/base/text.h"
  std::string text;

  bool is_header() const { return path.ends_with(".h"); }
  /// The folder below src ("base"), or "" outside src.
  std::string library() const;
};

/// All .h and .cpp files below some folders of the repository, in alphabetical order.
std::vector<SourceFile> read_sources(const std::vector<std::string>& folders);

/// Lines of a text, without their line ends.
std::vector<std::string> lines_of(const std::string& text);

/// C++ text with blanks in place of comments, and of what stands inside string and character literals. With
/// keep_comments it is the other way round: only comments stay. Lines keep their numbers.
std::string blank_out(const std::string& text, bool keep_comments);

/// Complaints joined to one message, a line each; "" if there are none.
std::string report(const std::vector<std::string>& complaints);

}  // namespace tandem::architecture
