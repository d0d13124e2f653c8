#include "report/settings_table.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace tandem::report {

void SettingsTable::set(size_t run, const std::string& text) {
  runs_.resize(std::max(runs_.size(), run + 1));
  auto& mine = runs_[run];
  mine.assign(columns_.size(), -1);
  std::string section;
  for (const auto& line : split_words(text, '\n')) {
    if (line.starts_with('[') && line.ends_with(']')) section = line.substr(1, line.size() - 2) + ".";
    const auto equals = line.find(" = ");
    if (equals == std::string::npos || line.starts_with('[') || line.starts_with('#')) continue;
    const auto [name, added] = names_.emplace(section + line.substr(0, equals), columns_.size());
    if (added) columns_.emplace_back();
    auto& column = columns_[name->second];
    const auto [value, is_new] =
        column.index.emplace(line.substr(equals + 3), std::int32_t(column.values.size()));
    if (is_new) column.values.push_back(value->first);
    mine.resize(columns_.size(), -1);
    mine[name->second] = value->second;
  }
}

std::vector<SettingsTable::Key> SettingsTable::keys() const {
  std::vector<std::vector<size_t>> counts;
  for (const auto& column : columns_) counts.emplace_back(column.values.size(), 0);
  for (const auto& run : runs_)
    for (size_t c = 0; c < run.size(); ++c)
      if (run[c] >= 0) ++counts[c][size_t(run[c])];
  std::vector<Key> keys;
  for (const auto& [name, c] : names_) {
    Key key{name, {}, runs_.size()};
    for (const auto& [value, index] : columns_[c].index)
      if (counts[c][size_t(index)] > 0) {
        key.values.emplace_back(value, counts[c][size_t(index)]);
        key.lacking -= counts[c][size_t(index)];
      }
    if (!key.values.empty()) keys.push_back(std::move(key));
  }
  return keys;
}

const std::string& SettingsTable::value(size_t run, const std::string& key) const {
  static const std::string kNone;
  const auto name = names_.find(key);
  if (name == names_.end() || run >= runs_.size() || name->second >= runs_[run].size()) return kNone;
  const auto index = runs_[run][name->second];
  return index < 0 ? kNone : columns_[name->second].values[size_t(index)];
}

std::string plain_value(const std::string& toml) {
  const bool quoted = toml.size() >= 2 && toml.front() == '"' && toml.back() == '"';
  return quoted && toml.find('\\') == std::string::npos ? toml.substr(1, toml.size() - 2) : toml;
}

}  // namespace tandem::report
