#include "records/scores.h"

#include <bit>

#include "base/error.h"

namespace tandem::records {
namespace {

std::vector<std::pair<const char*, std::string ScoreRow::*>> text_columns() {
  return {{"domain", &ScoreRow::domain}, {"case", &ScoreRow::case_id},    {"patient", &ScoreRow::patient},
          {"frame", &ScoreRow::frame},   {"network", &ScoreRow::network}, {"class", &ScoreRow::klass},
          {"metric", &ScoreRow::metric}};
}

/// Columns that files of earlier versions lack.
std::vector<std::pair<const char*, std::string ScoreRow::*>> later_columns() {
  return {{"group", &ScoreRow::group}, {"vendor", &ScoreRow::vendor}, {"centre", &ScoreRow::centre}};
}

std::vector<std::pair<const char*, std::string ScoreRow::*>> all_columns() {
  auto columns = text_columns();
  for (const auto& column : later_columns()) columns.push_back(column);
  return columns;
}

void write_column(h5::File& file, const char* name, std::string ScoreRow::*member,
                  const std::vector<ScoreRow>& rows) {
  std::vector<std::string> column;
  for (const auto& row : rows) column.push_back(row.*member);
  file.write_strings(std::string("/scores/") + name, column);
}

void read_column(const h5::File& file, const std::string& path, std::string ScoreRow::*member,
                 std::vector<ScoreRow>& rows) {
  const auto column = file.read_strings(path);
  require(column.size() == rows.size(), "{}: {} has {} rows, expected {}", file.path().string(), path,
          column.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) rows[i].*member = column[i];
}

}  // namespace

void write_scores(h5::File& file, const std::vector<ScoreRow>& rows) {
  for (const auto& [name, member] : all_columns()) write_column(file, name, member, rows);
  std::vector<double> values;
  for (const auto& row : rows) values.push_back(row.value);
  file.write("/scores/value", values);
}

std::vector<ScoreRow> read_scores(const h5::File& file, const std::string& group) {
  const std::string scores = group + "/scores/";
  if (!file.exists(scores + "value")) return {};
  const auto values = file.read<double>(scores + "value");
  std::vector<ScoreRow> rows(values.size());
  for (size_t i = 0; i < rows.size(); ++i) rows[i].value = values[i];
  for (const auto& [name, member] : text_columns()) read_column(file, scores + name, member, rows);
  for (const auto& [name, member] : later_columns())
    if (file.exists(scores + name)) read_column(file, scores + name, member, rows);
  return rows;
}

std::string to_text(const std::vector<ScoreRow>& rows) {
  std::string text;
  const auto columns = all_columns();
  for (const auto& row : rows) {
    for (const auto& [name, member] : columns) text.append(row.*member).push_back('\t');
    text += fmt::format("{}\n", std::bit_cast<std::uint64_t>(row.value));
  }
  return text;
}

std::vector<ScoreRow> parse_score_rows(const std::string& text) {
  std::vector<ScoreRow> rows;
  const auto columns = all_columns();
  for (size_t at = 0; at < text.size();) {
    ScoreRow row;
    for (const auto& [name, member] : columns) {
      const auto end = text.find('\t', at);
      row.*member = text.substr(at, end - at);
      at = end + 1;
    }
    const auto end = text.find('\n', at);
    row.value = std::bit_cast<double>(std::uint64_t(std::stoull(text.substr(at, end - at))));
    at = end + 1;
    rows.push_back(row);
  }
  return rows;
}

}  // namespace tandem::records
