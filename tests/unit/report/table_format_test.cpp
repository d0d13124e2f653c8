#include "report/table_format.h"

#include <gtest/gtest.h>

#include "sample_runs.h"

namespace tandem::report {
namespace {

Table sample_table() {
  Table table{.spec = test::sample_spec()};
  table.spec.rows[1].label = "Coop x\u0302 | y";
  table.spec.caption = "A caption.";
  table.cells = {{{0.6, 0.1, 2, 2, false}, {0.25, {}, 1, 2, true}, {{}, {}, 0, 2, false}},
                 {{0.8125, 0.0625, 2, 2, true}, {{}, {}, 0, 2, false}, {{}, {}, 0, 2, false}}};
  table.notes = {"first, second"};
  table.provenance = {{"standard/s0 (seed 0, cval 0)", "c--x/c0 (seed 0, cval 0)"},
                      {"c0ffee"},
                      "0123456789+",
                      {{"a", {"aaaaaaaaaaaa"}}, {"b", {"bbbbbbbbbbbb", "cccccccccccc"}}}};
  return table;
}

TEST(TableFormat, Text) {
  EXPECT_EQ(sheet_text(make_sheet(sample_table())),
            "Title\n"
            "\n"
            "             A               B             AVG\n"
            " Standard    0.600 ± 0.100   0.250* (1/2)  missing\n"
            " Coop x\u0302 | y  0.812 ± 0.062*  missing       missing\n"
            "\n"
            "A caption.\n"
            "± sample standard deviation over runs; * best of its column; (n/m) made from n runs where m are "
            "expected\n"
            "note: first, second\n"
            "runs: standard/s0 (seed 0, cval 0); c--x/c0 (seed 0, cval 0)\n"
            "commit: runs c0ffee; table 0123456789+\n"
            "data (SHA-256): a aaaaaaaaaaaa; b bbbbbbbbbbbb and cccccccccccc\n");
}

TEST(TableFormat, Markdown) {
  EXPECT_EQ(
      sheet_markdown(make_sheet(sample_table())),
      "<!-- runs: standard/s0 (seed 0, cval 0); c- -x/c0 (seed 0, cval 0) -->\n"
      "<!-- commit: runs c0ffee; table 0123456789+ -->\n"
      "<!-- data (SHA-256): a aaaaaaaaaaaa; b bbbbbbbbbbbb and cccccccccccc -->\n"
      "\n"
      "# Title\n"
      "\n"
      "|  | A | B | AVG |\n"
      "|---|---|---|---|\n"
      "| Standard | 0.600 ± 0.100 | **0.250** (1/2) | missing |\n"
      "| Coop x\u0302 \\| y | **0.812 ± 0.062** | missing | missing |\n"
      "\n"
      "A caption.\n"
      "\n"
      "± sample standard deviation over runs; bold: best of its column; (n/m) made from n runs where m are "
      "expected\n"
      "\n"
      "Notes:\n"
      "\n"
      "- first, second\n");
}

TEST(TableFormat, Latex) {
  EXPECT_EQ(
      sheet_latex(make_sheet(sample_table())),
      "% runs: standard/s0 (seed 0, cval 0); c--x/c0 (seed 0, cval 0)\n"
      "% commit: runs c0ffee; table 0123456789+\n"
      "% data (SHA-256): a aaaaaaaaaaaa; b bbbbbbbbbbbb and cccccccccccc\n"
      "\\begin{table}\n"
      "  \\centering\n"
      "  \\caption{Title. A caption. $\\pm$ sample standard deviation over runs; bold: best of its column; "
      "(n/m) made from n runs where m are expected.}\n"
      "  \\begin{tabular}{lrrr}\n"
      "    \\toprule\n"
      "     & A & B & AVG \\\\\n"
      "    \\midrule\n"
      "    Standard & 0.600 $\\pm$ 0.100 & \\textbf{0.250} (1/2) & missing \\\\\n"
      "    Coop $\\hat{x}$ | y & \\textbf{0.812 $\\pm$ 0.062} & missing & missing \\\\\n"
      "    \\bottomrule\n"
      "  \\end{tabular}\n"
      "  \\par\\smallskip\\footnotesize\n"
      "  first, second.\n"
      "\\end{table}\n");
  auto table = sample_table();
  table.spec.caption = "50 % & a_b #1 {x} ~ $2";
  EXPECT_NE(sheet_latex(make_sheet(table)).find("50 \\% \\& a\\_b \\#1 \\{x\\} \\textasciitilde{} \\$2"),
            std::string::npos);
}

TEST(TableFormat, HtmlIsOnePageWithEscapedText) {
  auto table = sample_table();
  table.spec.rows[0].label = "a < b & \"c\"";
  const auto page = sheet_html(make_sheet(table));
  EXPECT_TRUE(page.starts_with(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Title</title>"));
  EXPECT_NE(page.find("<tr><th scope=\"row\">a &lt; b &amp; &quot;c&quot;</th><td>0.600 ± 0.100</td>"
                      "<td><b>0.250</b><span class=\"rest\"> (1/2)</span></td><td>missing</td></tr>\n"),
            std::string::npos);
  EXPECT_NE(page.find("<li>first, second</li>"), std::string::npos);
  EXPECT_NE(page.find("<p>commit: runs c0ffee; table 0123456789+</p>"), std::string::npos);
  EXPECT_EQ(page.find("src="), std::string::npos);  // needs no other file
}

TEST(TableFormat, PublishedNumbersAndDifferences) {
  auto table = sample_table();
  table.cells[0][0].published = 0.5;
  table.cells[1][2].published = 0.75;
  const auto text = sheet_text(make_sheet(table));
  EXPECT_NE(text.find("0.600 ± 0.100 [0.500; +0.100]"), std::string::npos) << text;
  EXPECT_NE(text.find("missing [0.750]\n"), std::string::npos);
  EXPECT_NE(text.find("; [published number; ours minus it]\n"), std::string::npos);
  const auto csv = format_csv(table);
  EXPECT_TRUE(csv.starts_with("row,column,mean,deviation,runs,expected,published,difference\n"));
  EXPECT_NE(csv.find("Standard,B,0.25,,1,2,,\n"), std::string::npos);
  EXPECT_NE(csv.find(" | y,AVG,,,0,2,0.75,\n"), std::string::npos);
}

TEST(TableFormat, Csv) {
  EXPECT_EQ(format_csv(sample_table()),
            "row,column,mean,deviation,runs,expected\n"
            "Standard,A,0.6,0.1,2,2\n"
            "Standard,B,0.25,,1,2\n"
            "Standard,AVG,,,0,2\n"
            "Coop x\u0302 | y,A,0.8125,0.0625,2,2\n"
            "Coop x\u0302 | y,B,,,0,2\n"
            "Coop x\u0302 | y,AVG,,,0,2\n"
            "# note: first; second\n"
            "# runs: standard/s0 (seed 0; cval 0); c--x/c0 (seed 0; cval 0)\n"
            "# commit: runs c0ffee; table 0123456789+\n"
            "# data (SHA-256): a aaaaaaaaaaaa; b bbbbbbbbbbbb and cccccccccccc\n");
}

TEST(TableFormat, EmptyTableSaysNoneAndShowsNoLegend) {
  Table table{.spec = test::sample_spec()};
  table.cells = {{{}, {}, {}}, {{}, {}, {}}};
  table.provenance.report_commit = "x";
  EXPECT_EQ(sheet_text(make_sheet(table)),
            "Title\n"
            "\n"
            "              A        B        AVG\n"
            " Standard     missing  missing  missing\n"
            " Cooperative  missing  missing  missing\n"
            "\n"
            "runs: none\n"
            "commit: runs none; table x\n"
            "data (SHA-256): none\n");
}

}  // namespace
}  // namespace tandem::report
