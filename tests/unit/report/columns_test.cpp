#include "report/columns.h"

#include <gtest/gtest.h>

namespace tandem::report {
namespace {

TEST(Columns, WidthCountsTerminalCells) {
  EXPECT_EQ(display_width(""), 0);
  EXPECT_EQ(display_width("0.5 ± 0.1"), 9);
  EXPECT_EQ(display_width("x\u0302, p\u0302"), 4);  // combining circumflex
  EXPECT_EQ(display_width("心臓"), 4);
  EXPECT_EQ(display_width("\xF0\x9F\x98\x80"), 2);  // an emoji
  EXPECT_EQ(display_width("broken \xC3"), 8);       // truncated UTF-8 ends, and counts once
}

TEST(Columns, AlignsByDisplayWidth) {
  EXPECT_EQ(align_columns({{"", "a", "b"}, {"x\u0302", "±1", "2"}, {"long", "", "3"}}),
            "       a   b\n"
            " x\u0302     ±1  2\n"
            " long      3\n");
}

TEST(Columns, CsvQuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(csv_line({"a", "b,c", "say \"x\"", "", "1\n2"}), "a,\"b,c\",\"say \"\"x\"\"\",,\"1\n2\"\n");
}

TEST(Columns, RowsEndWithoutNewline) {
  EXPECT_EQ(format_rows({{"a", "b"}, {"c", "d"}}, true), "a,b\nc,d");
  EXPECT_EQ(format_rows({{"a", "b"}, {"c", "d"}}, false), " a  b\n c  d");
  EXPECT_EQ(format_rows({}, true), "");
}

}  // namespace
}  // namespace tandem::report
