#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::report {

/// Terminal cells that UTF-8 text takes: combining marks take none, East Asian wide characters and emoji two.
std::int64_t display_width(std::string_view utf8);

/// Rows of fields as left-aligned columns two blanks apart, one blank at the left; no blanks at line ends.
std::string align_columns(const std::vector<std::vector<std::string>>& rows);

/// One CSV line with its newline; fields with commas, quotes or newlines are quoted (RFC 4180).
std::string csv_line(const std::vector<std::string>& fields);

/// Rows of fields as CSV or as aligned columns, without the last newline.
std::string format_rows(const std::vector<std::vector<std::string>>& rows, bool csv);

}  // namespace tandem::report
