#include "report/columns.h"

#include <algorithm>

#include "base/text.h"

namespace tandem::report {
namespace {

struct Interval {
  std::uint32_t first, last;
};
// The blocks of Unicode that matter in labels, not its whole width table.
constexpr Interval kZeroWidth[] = {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
                                   {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
constexpr Interval kDoubleWidth[] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                                     {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                                     {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};

template <size_t N>
bool contains(const Interval (&intervals)[N], std::uint32_t code) {
  return std::any_of(std::begin(intervals), std::end(intervals),
                     [&](const Interval& i) { return i.first <= code && code <= i.last; });
}

int width_of(std::uint32_t code) {
  return contains(kZeroWidth, code) ? 0 : contains(kDoubleWidth, code) ? 2 : 1;
}

bool is_continuation(char byte) { return (byte & 0xC0) == 0x80; }

}  // namespace

std::int64_t display_width(std::string_view utf8) {
  std::int64_t width = 0;
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = (unsigned char)utf8[i++];
    std::uint32_t code = lead < 0xC0   ? lead
                         : lead < 0xE0 ? lead & 0x1F
                         : lead < 0xF0 ? lead & 0x0F
                                       : lead & 0x07;
    for (; i < utf8.size() && is_continuation(utf8[i]); ++i) code = code << 6 | (utf8[i] & 0x3F);
    width += width_of(code);
  }
  return width;
}

std::string align_columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::int64_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(size_t(widths[i] - display_width(row[i]) + 2), ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::vector<std::string> quoted;
  for (const auto& field : fields) {
    if (field.find_first_of(",\"\r\n") == std::string::npos) {
      quoted.push_back(field);
      continue;
    }
    std::string text = "\"";
    for (const char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    quoted.push_back(text + '"');
  }
  return join(quoted, ",") + "\n";
}

std::string format_rows(const std::vector<std::vector<std::string>>& rows, bool csv) {
  std::string text;
  if (csv)
    for (const auto& row : rows) text += csv_line(row);
  else
    text = align_columns(rows);
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace tandem::report
