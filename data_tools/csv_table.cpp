#include "data_tools/csv_table.h"

#include <algorithm>
#include <cctype>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"

namespace tandem::data_tools {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

/// Records of fields; a quoted field may hold separators and line ends.
std::vector<std::vector<std::string>> parse(const std::string& text, char separator) {
  std::vector<std::vector<std::string>> records;
  std::vector<std::string> fields;
  std::string field;
  bool quoted = false;
  const auto end_field = [&] { fields.push_back(trimmed(field)), field.clear(); };
  const auto end_record = [&] {
    end_field();
    if (fields.size() > 1 || !fields[0].empty()) records.push_back(fields);
    fields.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"')
      field += text[i++];
    else if (c == '"')
      quoted = !quoted;
    else if (c == separator && !quoted)
      end_field();
    else if (c == '\n' && !quoted)
      end_record();
    else
      field += c;
  }
  end_record();
  return records;
}

}  // namespace

size_t CsvTable::column(const std::string& name) const {
  const auto same = [&](const std::string& c) { return lower(c) == lower(name); };
  const auto found = std::ranges::find_if(columns, same);
  require(found != columns.end(), "{} has no column '{}'; its columns: {}", path.string(), name,
          join(columns, ", "));
  require(std::ranges::count_if(columns, same) == 1, "{} has two columns '{}'", path.string(), name);
  return size_t(found - columns.begin());
}

std::string CsvTable::optional_field(size_t row, const std::string& name) const {
  const bool there = std::ranges::any_of(columns, [&](const auto& c) { return lower(c) == lower(name); });
  return there ? rows.at(row)[column(name)] : "";
}

CsvTable read_csv(const std::filesystem::path& path) {
  std::string text = read_text_file(path);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const auto first_line = text.substr(0, text.find('\n'));
  auto records =
      parse(text, std::ranges::count(first_line, ';') > std::ranges::count(first_line, ',') ? ';' : ',');
  require(!records.empty(), "{} is empty", path.string());
  CsvTable table{path, records.front(), {records.begin() + 1, records.end()}};
  for (size_t i = 0; i < table.rows.size(); ++i)
    require(table.rows[i].size() == table.columns.size(), "{}: record {} has {} fields, the header has {}",
            path.string(), i + 1, table.rows[i].size(), table.columns.size());
  return table;
}

}  // namespace tandem::data_tools
