#include "records/merged_results.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "records/run_result.h"

namespace tandem::records {
namespace {

bool is_merged(const h5::File& file) {
  return file.has_attribute("/", "format") && file.attribute_string("/", "format") == kMergedFormat;
}

void write_texts(h5::File& file, const std::string& path, const std::vector<MergedRow>& rows,
                 std::string MergedRow::*member) {
  std::vector<std::string> column;
  for (const auto& row : rows) column.push_back(row.*member);
  file.write_strings(path, column);
}

template <class T>
void write_numbers(h5::File& file, const std::string& path, const std::vector<MergedRow>& rows,
                   T MergedRow::*member) {
  std::vector<T> column;
  for (const auto& row : rows) column.push_back(row.*member);
  file.write(path, column);
}

void write_table(h5::File& file, const std::vector<MergedRow>& rows) {
  write_texts(file, "/table/id", rows, &MergedRow::id);
  write_texts(file, "/table/label", rows, &MergedRow::label);
  write_texts(file, "/table/name", rows, &MergedRow::name);
  write_texts(file, "/table/settings", rows, &MergedRow::settings);
  write_numbers(file, "/table/seed", rows, &MergedRow::seed);
  write_texts(file, "/table/state", rows, &MergedRow::state);
  write_texts(file, "/table/reason", rows, &MergedRow::reason);
  write_numbers(file, "/provenance/epoch", rows, &MergedRow::epoch);
  write_numbers(file, "/provenance/restarts", rows, &MergedRow::restarts);
  write_texts(file, "/provenance/widths", rows, &MergedRow::widths);
  write_numbers(file, "/provenance/seconds", rows, &MergedRow::seconds);
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
                                    const std::function<void()>& copied) {
  AtomicFile target(path);
  h5::File file(target.temporary(), h5::File::Mode::Create);
  file.set_attribute("/", "format", kMergedFormat);
  file.set_attribute("/", "format_version", kMergedFormatVersion);
  file.make_group("/trials");
  for (auto& row : rows) {
    if (!row.result.empty()) copy_result(file, row);
    copied();
  }
  write_table(file, rows);
  file.close();
  target.commit();
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
