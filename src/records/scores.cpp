#include "records/scores.h"

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
  for (const auto& [name, member] : text_columns()) write_column(file, name, member, rows);
  for (const auto& [name, member] : later_columns()) write_column(file, name, member, rows);
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

}  // namespace tandem::records
