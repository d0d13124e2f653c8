#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tandem::data_tools {

/// A table with named columns, such as data sets bring along; quoted fields (RFC 4180), commas or semicolons,
/// a byte order mark and CRLF are understood. Fields are trimmed.
struct CsvTable {
  std::filesystem::path path;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as columns

  /// Where a column stands, by its name without regard to case and blanks around it; Error (65) naming the
  /// columns there are if it is missing or stands twice.
  size_t column(const std::string& name) const;
  /// A field, or "" if the table has no such column.
  std::string optional_field(size_t row, const std::string& name) const;
};

/// Error (65) with the line's number when a row is longer or shorter than the header.
CsvTable read_csv(const std::filesystem::path& path);

}  // namespace tandem::data_tools
