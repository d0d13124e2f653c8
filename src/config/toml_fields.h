#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/visitor.h"

namespace tandem::config {

/// A setting written out in a table of settings: `[grid] split.cval = [0, 1]` is {"split.cval", ...}.
struct TomlSetting {
  std::string key;                    ///< dotted, without the table's own name
  std::string value;                  ///< as TOML: "[0, 1]"
  std::vector<std::string> elements;  ///< of a list, each as TOML: {"0", "1"}; none if it is no list
  bool is_list = false;
  std::string place;                                  ///< "file.toml:14:1"
  std::pair<std::uint32_t, std::uint32_t> line = {};  ///< the same as line and column
};

/// One table of a TOML document whose shape is not a fixed struct ([[row]] and the like), read key by key.
///
/// Every error names the key and its file:line:column. check_all_read() refuses keys that nobody asked for.
class TomlFields {
 public:
  static TomlFields from_file(const std::filesystem::path& file);
  static TomlFields from_text(const std::string& text, const std::string& origin);
  ~TomlFields();
  TomlFields(TomlFields&&) noexcept;
  TomlFields& operator=(TomlFields&&) noexcept;

  /// True if the key is there; counts as having read it.
  bool has(const std::string& key);
  /// A text that must be there and not be empty.
  std::string text(const std::string& key);
  std::string text(const std::string& key, const std::string& fallback);
  std::int64_t integer(const std::string& key, std::int64_t fallback, const Range& range);
  double number(const std::string& key, double fallback);
  /// A list of texts; an absent key gives none.
  std::vector<std::string> texts(const std::string& key);
  /// A list of numbers, whole ones and nan among them; an absent key gives none.
  std::vector<double> numbers(const std::string& key);
  /// The tables [[key]]; an absent key gives none.
  std::vector<TomlFields> tables(const std::string& key);
  /// What the table `key` sets, in the order of the file, inner tables flattened; or the one value of a plain
  /// key. The key "" stands for this whole table, whatever its keys.
  std::vector<TomlSetting> settings(const std::string& key);
  /// One of some words, as an enum.
  template <class Enum>
  Enum choice(const std::string& key, Enum fallback, const std::vector<std::pair<std::string, Enum>>& words) {
    std::vector<std::string> names;
    for (const auto& [name, meaning] : words) names.push_back(name);
    const int index = word_index(key, names);
    return index < 0 ? fallback : words[size_t(index)].second;
  }

  /// "file.toml:14:1" of a key's value, or of the table when the key is absent or "".
  std::string place(const std::string& key = "") const;
  /// Error for the first key that nobody read, with the nearest known name. Call after the last read.
  void check_all_read() const;

 private:
  struct Impl;
  explicit TomlFields(std::unique_ptr<Impl> impl);
  template <class T>
  std::vector<T> list(const std::string& key, const char* what);
  int word_index(const std::string& key, const std::vector<std::string>& words);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::config
