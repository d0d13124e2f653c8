#include "architecture/source_tree.h"

#include <algorithm>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/text.h"

namespace tandem::architecture {

std::string SourceFile::library() const {
  const auto parts = split_words(path, '/');
  return parts.size() > 2 && parts[0] == "src" ? parts[1] : "";
}

std::vector<SourceFile> read_sources(const std::vector<std::string>& folders) {
  const std::filesystem::path root = TANDEM_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (const auto& folder : folders) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp") continue;
      files.push_back({std::filesystem::relative(entry.path(), root).string(), read_text_file(entry.path())});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::vector<std::string> lines_of(const std::string& text) { return split_words(text, '\n'); }

namespace {

/// End of the piece of text that begins at `start`: a comment, a literal, or one character of code.
struct Piece {
  size_t end;
  bool comment = false, literal = false;
};

size_t end_of(const std::string& text, const std::string& closing, size_t from) {
  const size_t found = text.find(closing, from);
  return found == std::string::npos ? text.size() : found + closing.size();
}

size_t end_of_literal(const std::string& text, size_t start) {
  for (size_t i = start + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == text[start] || text[i] == '\n')
      return i + 1;
  }
  return text.size();
}

Piece piece_at(const std::string& text, size_t i) {
  if (text.compare(i, 2, "//") == 0) return {std::min(text.find('\n', i), text.size()), true};
  if (text.compare(i, 2, "/*") == 0) return {end_of(text, "*/", i + 2), true};
  if (text.compare(i, 2, "R\"") == 0) {
    const size_t open = std::min(text.find('(', i), text.size());
    return {end_of(text, ")" + text.substr(i + 2, open - i - 2) + "\"", open), false, true};
  }
  // An apostrophe after a digit separates digits.
  const bool separator = text[i] == '\'' && i > 0 && std::isxdigit((unsigned char)text[i - 1]);
  if (text[i] == '"' || (text[i] == '\'' && !separator)) return {end_of_literal(text, i), false, true};
  return {i + 1};
}

}  // namespace

std::string blank_out(const std::string& text, bool keep_comments) {
  std::string out = text;
  for (size_t i = 0; i < text.size();) {
    const Piece piece = piece_at(text, i);
    const bool keep = keep_comments ? piece.comment : !piece.comment && !piece.literal;
    for (; i < piece.end; ++i)
      if (!keep && text[i] != '\n') out[i] = ' ';
  }
  return out;
}

std::string report(const std::vector<std::string>& complaints) {
  return complaints.empty() ? "" : "\n  " + join(complaints, "\n  ") + "\n";
}

}  // namespace tandem::architecture
