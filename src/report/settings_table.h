#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tandem::report {

/// The settings of many runs side by side; equal texts are kept once, so that thousands of runs fit.
class SettingsTable {
 public:
  /// Settings of run `run` as this project dumps them: "[section]" and "key = value" lines. Replaces earlier
  /// ones.
  void set(size_t run, const std::string& text);
  size_t runs() const { return runs_.size(); }

  /// One key over all runs.
  struct Key {
    std::string name;                                    ///< "split.cval"
    std::vector<std::pair<std::string, size_t>> values;  ///< as TOML, with the number of runs, sorted
    size_t lacking = 0;                                  ///< runs without the key
    bool common() const { return values.size() == 1 && lacking == 0; }
  };
  /// All keys that some run has, by name.
  std::vector<Key> keys() const;
  /// A run's value as TOML; "" if it has none.
  const std::string& value(size_t run, const std::string& key) const;

 private:
  struct Column {
    std::map<std::string, std::int32_t> index;
    std::vector<std::string> values;
  };
  std::map<std::string, size_t> names_;
  std::vector<Column> columns_;
  std::vector<std::vector<std::int32_t>> runs_;  // [run][column], -1 = none
};

/// A TOML value for people: a text without its quotes, anything else as it is.
std::string plain_value(const std::string& toml);

}  // namespace tandem::report
