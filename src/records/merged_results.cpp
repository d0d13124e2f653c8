#include "records/merged_results.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "records/run_result.h"

namespace tandem::records {
namespace {

bool is_merged(const h5::File& file) {
  return file.has_attribute("/", "format") && file.attribute_string("/", "format") == kMergedFormat;
}

/// Calls visit(path, member) for every column.
template <class Visit>
void each_column(const Visit& visit) {
  visit("/table/id", &MergedRow::id);
  visit("/table/label", &MergedRow::label);
  visit("/table/name", &MergedRow::name);
  visit("/table/settings", &MergedRow::settings);
  visit("/table/seed", &MergedRow::seed);
  visit("/table/state", &MergedRow::state);
  visit("/table/reason", &MergedRow::reason);
  visit("/provenance/epoch", &MergedRow::epoch);
  visit("/provenance/restarts", &MergedRow::restarts);
  visit("/provenance/widths", &MergedRow::widths);
  visit("/provenance/seconds", &MergedRow::seconds);
}

template <class T>
void write_column(h5::File& file, const std::string& path, const std::vector<MergedRow>& rows,
                  T MergedRow::*member) {
  std::vector<T> column;
  for (const auto& row : rows) column.push_back(row.*member);
  if constexpr (std::is_same_v<T, std::string>)
    file.write_strings(path, column);
  else
    file.write(path, column);
}

template <class T>
void read_column(const h5::File& file, const std::string& path, std::vector<MergedRow>& rows,
                 T MergedRow::*member) {
  std::vector<T> column;
  if constexpr (std::is_same_v<T, std::string>)
    column = file.read_strings(path);
  else
    column = file.read<T>(path);
  require(column.size() == rows.size(), "{}: {} has {} rows, expected {}", file.path().string(), path,
          column.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) rows[i].*member = column[i];
}

void copy_result(h5::File& file, MergedRow& row) {
  try {
    const h5::File source(row.result, h5::File::Mode::Read);
    require(source.has_attribute("/", "format") && source.attribute_string("/", "format") == kResultFormat,
            "{} is not a Tandem result", row.result.string());
    file.copy_from(source, "/", "/trials/" + row.id);
  } catch (const Error& error) {
    row.state = "unreadable";
    row.reason = error.what();
  }
}

}  // namespace

std::vector<MergedRow> write_merged(const std::filesystem::path& path, std::vector<MergedRow> rows,
                                    const std::function<void()>& copied,
                                    const std::function<void(h5::File&)>& finish) {
  AtomicFile target(path);
  h5::File file(target.temporary(), h5::File::Mode::Create);
  file.set_attribute("/", "format", kMergedFormat);
  file.set_attribute("/", "format_version", kMergedFormatVersion);
  file.make_group("/trials");
  for (auto& row : rows) {
    if (!row.result.empty()) copy_result(file, row);
    copied();
  }
  each_column([&](const char* column, auto member) { write_column(file, column, rows, member); });
  finish(file);
  file.close();
  target.commit();
  return rows;
}

std::vector<MergedRow> read_merged_rows(const h5::File& file) {
  if (!is_merged(file)) return {};
  std::vector<MergedRow> rows(size_t(file.shape("/table/id").at(0)));
  each_column([&](const char* column, auto member) { read_column(file, column, rows, member); });
  return rows;
}

std::vector<std::string> result_groups(const h5::File& file) {
  if (!is_merged(file)) return {""};
  const auto version = file.attribute<std::int64_t>("/", "format_version");
  require(version == kMergedFormatVersion,
          "{} was written by format version {}; this program reads version {}. Run: tandem sweep aggregate",
          file.path().string(), version, kMergedFormatVersion);
  std::vector<std::string> groups;
  for (const auto& id : file.list("/trials")) groups.push_back("/trials/" + id);
  return groups;
}

std::vector<std::string> missing_results(const h5::File& file) {
  if (!is_merged(file)) return {};
  const auto labels = file.read_strings("/table/label"), states = file.read_strings("/table/state");
  std::vector<std::string> missing;
  for (size_t i = 0; i < labels.size(); ++i)
    if (states.at(i) != "done") missing.push_back(labels[i] + " (" + states[i] + ")");
  return missing;
}

}  // namespace tandem::records
