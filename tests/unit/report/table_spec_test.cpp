#include "report/table_spec.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"
#include "support/temporary_folder.h"

namespace tandem::report {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGood = R"(title = "T"
digits = 3
deviation = "population"
[[row]]
label = "Ours"
experiment = "proposed"
expected_runs = 3
[[row]]
experiment = "standard"
[[column]]
label = "ACDC"
domain = "acdc"
network = "FTN"
[[column]]
label = "AVG"
average_of = ["acdc", "mnms"]
network = "FTN+STN"
)";

std::string message(const std::string& text) {
  try {
    parse_table_spec(text, "t.toml");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string with(const std::string& what, const std::string& replacement) {
  std::string text = kGood;
  return text.replace(text.find(what), what.size(), replacement);
}

TEST(TableSpec, TakesTheRowsOfItsBaseAndPutsOtherDataInPlace) {
  const test::TemporaryFolder folder;
  write_text_file(folder / "base.toml",
                  with("label = \"Ours\"\n", "label = \"Ours\"\npublished = [0.7, 0.6]\n"));
  const auto derived = [&](const std::string& text) {
    write_text_file(folder / "t.toml", "base = 'base.toml'\ntitle = 'D'\n" + text);
    return read_table_spec(folder / "t.toml");
  };
  const auto same = derived("expected_runs = 2\n");
  EXPECT_EQ(same.title, "D");
  EXPECT_EQ(same.digits, 3);
  ASSERT_EQ(same.rows.size(), 2);
  EXPECT_EQ(same.rows[0].expected_runs, 2);
  EXPECT_EQ(same.rows[0].published.size(), 2);

  const auto other = derived("[[domain]]\nname = 'mnms'\nhere = 'phantom'\n");
  EXPECT_EQ(other.columns[1].domains, (std::vector<std::string>{"acdc", "phantom"}));
  EXPECT_EQ(other.rows[0].published[0], 0.7);
  EXPECT_TRUE(std::isnan(other.rows[0].published[1]));

  const auto renamed = derived("[[domain]]\nname = 'acdc'\nhere = 'phantom'\n");
  EXPECT_EQ(renamed.columns[0].label, "phantom");  // numbers of other data do not stand under the old name
  EXPECT_EQ(renamed.columns[1].label, "AVG");

  const auto without = derived("[[domain]]\nname = 'acdc'\n");
  ASSERT_EQ(without.columns.size(), 1);
  EXPECT_EQ(without.columns[0].domains, std::vector<std::string>{"mnms"});
  EXPECT_TRUE(without.rows[0].published.empty());

  EXPECT_THROW(derived("[[domain]]\nname = 'acd'\n"), Error);
  EXPECT_THROW(derived("[[row]]\nexperiment = 'standard'\n"), Error);
  write_text_file(folder / "third.toml", "base = 't.toml'\ntitle = 'E'\n");
  derived("");
  EXPECT_THROW(read_table_spec(folder / "third.toml"), Error);
}

TEST(TableSpec, ReadsFiltersAndPublishedNumbers) {
  auto text = with("network = \"FTN\"\n",
                   "network = \"FTN\"\nvendor = \"A\"\ncentre = \"1\"\nframe = \"ED\"\n"
                   "group = \"HCM\"\nclass = \"LV\"\n");
  text.replace(text.find("expected_runs = 3"), 17, "published = [1, nan]");
  const auto spec = parse_table_spec(text, "t.toml");
  EXPECT_EQ(spec.columns[0].filter, (Filter{"A", "1", "HCM", "ED", "LV"}));
  EXPECT_EQ(spec.columns[1].filter, Filter{});
  EXPECT_EQ(spec.filters().size(), 2u);
  EXPECT_EQ(spec.rows[0].published.at(0), 1);
  EXPECT_TRUE(std::isnan(spec.rows[0].published.at(1)));
  EXPECT_THAT(message(with("expected_runs = 3", "published = [0.5]")),
              HasSubstr("row 'Ours' has 1 published numbers for 2 columns"));
  EXPECT_THAT(message(with("expected_runs = 3", "published = [\"x\", 1]")),
              HasSubstr("must be a list of numbers"));
  EXPECT_THAT(message(with("network = \"FTN\"\n", "network = \"FTN\"\nclass = \"LA\"\n")),
              HasSubstr("'column.class' = 'LA' is not one of LV, MYO, RV"));
}

TEST(TableSpec, ReadsEverything) {
  const auto spec = parse_table_spec(kGood, "t.toml");
  EXPECT_EQ(spec.title, "T");
  EXPECT_EQ(spec.metric, "dice");
  EXPECT_EQ(spec.digits, 3);
  EXPECT_EQ(spec.deviation, Deviation::Population);
  EXPECT_EQ(spec.bold, Bold::Best);
  ASSERT_EQ(spec.rows.size(), 2u);
  EXPECT_EQ(spec.rows[0].label, "Ours");
  EXPECT_EQ(spec.rows[0].expected_runs, 3);
  EXPECT_EQ(spec.rows[1].label, "standard");
  EXPECT_EQ(spec.rows[1].expected_runs, 1);
  ASSERT_EQ(spec.columns.size(), 2u);
  EXPECT_EQ(spec.columns[0].domains, std::vector<std::string>{"acdc"});
  EXPECT_EQ(spec.columns[1].domains, (std::vector<std::string>{"acdc", "mnms"}));
  EXPECT_EQ(spec.columns[1].network, "FTN+STN");
}

TEST(TableSpec, ErrorsTellPlaceAndNearestName) {
  EXPECT_EQ(message(with("digits = 3", "digit = 3")),
            "unknown key 'digit' (did you mean 'digits'?)\n  t.toml:2:1");
  EXPECT_EQ(message(with("expected_runs = 3", "expected_run = 3")),
            "unknown key 'row.expected_run' (did you mean 'row.expected_runs'?)\n  t.toml:7:1");
  EXPECT_EQ(message(with("\"population\"", "\"pouplation\"")),
            "'deviation' = 'pouplation' is not one of sample, population, none (did you mean 'population'?)\n"
            "  t.toml:3:13");
  EXPECT_EQ(message(with("digits = 3", "digits = 3.0")),
            "'digits' must be a whole number, not 3.0\n  t.toml:2:10");
  EXPECT_EQ(message(with("digits = 3", "digits = 13")),
            "'digits' = 13 is out of range, allowed: from 0 to 12\n  t.toml:2:10");
  EXPECT_EQ(message(with("\"acdc\", \"mnms\"", "\"acdc\", 1")),
            "'column.average_of' must be a list of texts, not [ 'acdc', 1 ]\n  t.toml:16:23");
  EXPECT_EQ(message(with("title = \"T\"", "title = T")).substr(0, 5), "Error");
}

TEST(TableSpec, RefusesWhatHasNoMeaning) {
  EXPECT_THAT(message(with("title = \"T\"", "")), HasSubstr("'title' is missing"));
  EXPECT_THAT(message(with("domain = \"acdc\"", "")), HasSubstr("either 'domain' or 'average_of'"));
  EXPECT_THAT(message(with("domain = \"acdc\"", "domain = \"acdc\"\naverage_of = [\"b\"]")),
              HasSubstr("either 'domain' or 'average_of'"));
  EXPECT_THAT(message(with("network = \"FTN\"", "")),
              HasSubstr("'column.network' is missing\n  t.toml:10:1"));
  EXPECT_THAT(message(with("\"mnms\"", "\"acdc\"")), HasSubstr("names a domain twice\n  t.toml:16:14"));
  EXPECT_THAT(message(with("\"acdc\", \"mnms\"", "")), HasSubstr("names no domain"));
  EXPECT_THAT(message(with("\"AVG\"", "\"ACDC\"")),
              HasSubstr("two columns are labelled 'ACDC'\n  t.toml:14:1"));
  EXPECT_THAT(message(with("experiment = \"standard\"", "label = \"x\"")),
              HasSubstr("'row.experiment' is missing"));
  EXPECT_THAT(message("title = \"T\"\n[[row]]\nexperiment = \"a\"\n"), HasSubstr("no [[column]]"));
  EXPECT_THAT(message("title = \"T\"\n[row]\nexperiment = \"a\"\n"),
              HasSubstr("'row' must be tables, [[row]]\n  t.toml:2"));
  EXPECT_THAT(message(with("digits = 3", "metric = \"hd95\"")),
              HasSubstr("set bold = \"none\"\n  t.toml:2:10"));
}

TEST(TableSpec, CarriedSpecificationsAreGood) {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(TANDEM_SOURCE_DIR) + "/results/tables")) {
    if (entry.path().extension() != ".toml") continue;
    EXPECT_NO_THROW(read_table_spec(entry.path())) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace tandem::report
