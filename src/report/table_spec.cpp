#include "report/table_spec.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/atomic_file.h"
#include "base/error.h"
#include "config/toml_fields.h"
#include "records/metrics.h"

namespace tandem::report {
namespace {

using config::TomlFields;

RowSpec read_row(TomlFields& fields) {
  RowSpec row;
  row.experiment = fields.text("experiment");
  row.label = fields.text("label", row.experiment);
  row.expected_runs = fields.integer("expected_runs", row.expected_runs, config::at_least(1));
  row.published = fields.numbers("published");
  fields.check_all_read();
  return row;
}

ColumnSpec read_column(TomlFields& fields) {
  ColumnSpec column;
  column.label = fields.text("label");
  column.network = fields.choice<std::string>("network", "", {{"FTN", "FTN"}, {"FTN+STN", "FTN+STN"}});
  const bool single = fields.has("domain");
  column.domains = fields.texts("average_of");
  column.filter = {fields.text("vendor", ""), fields.text("centre", ""), fields.text("group", ""),
                   fields.text("frame", ""), fields.text("class", "")};
  column.severity = fields.number("severity", column.severity);
  const auto& klass = column.filter.klass;
  require(klass.empty() || klass == "LV" || klass == "MYO" || klass == "RV",
          "'column.class' = '{}' is not one of LV, MYO, RV\n  {}", klass, fields.place("class"));
  fields.check_all_read();
  require(!column.network.empty(), "'column.network' is missing\n  {}", fields.place());
  require(single != fields.has("average_of"), "a column needs either 'domain' or 'average_of'\n  {}",
          fields.place());
  if (single) {
    column.domains = {fields.text("domain")};
    return column;
  }
  require(!column.domains.empty(), "'column.average_of' names no domain\n  {}", fields.place("average_of"));
  const std::set<std::string> distinct(column.domains.begin(), column.domains.end());
  require(distinct.size() == column.domains.size(), "'column.average_of' names a domain twice\n  {}",
          fields.place("average_of"));
  return column;
}

/// Reads [[key]] tables; labels must differ, since they name rows and columns of the CSV.
template <class Item>
std::vector<Item> read_items(TomlFields& fields, const std::string& key, Item (*read_one)(TomlFields&)) {
  std::vector<Item> items;
  for (auto& table : fields.tables(key)) {
    Item item = read_one(table);
    const bool taken =
        std::any_of(items.begin(), items.end(), [&](const Item& other) { return other.label == item.label; });
    require(!taken, "two {}s are labelled '{}'\n  {}", key, item.label, table.place());
    items.push_back(std::move(item));
  }
  return items;
}

/// Puts other data sets in the place of a table's own, or none. What was published for a column that changes
/// was of other data: it goes.
void replace_domain(TableSpec& spec, const std::string& name, const std::string& here) {
  for (size_t i = spec.columns.size(); i-- > 0;) {
    auto& domains = spec.columns[i].domains;
    const auto found = std::find(domains.begin(), domains.end(), name);
    if (found == domains.end()) continue;
    const bool column_goes = here.empty() && domains.size() == 1;
    for (auto& row : spec.rows) {
      if (row.published.empty()) continue;
      row.published[i] = std::numeric_limits<double>::quiet_NaN();
      if (column_goes) row.published.erase(row.published.begin() + std::ptrdiff_t(i));
    }
    if (!here.empty() && domains.size() == 1) {  // its own name, not the base's
      const bool taken = std::any_of(spec.columns.begin(), spec.columns.end(),
                                     [&](const ColumnSpec& column) { return column.label == here; });
      spec.columns[i].label = taken ? here + ", " + spec.columns[i].network : here;
    }
    if (column_goes)
      spec.columns.erase(spec.columns.begin() + std::ptrdiff_t(i));
    else if (here.empty())
      domains.erase(found);
    else
      *found = here;
  }
}

/// What a file says about the runs and data of its base.
void put_in_place(TableSpec& spec, TomlFields& fields) {
  const auto runs = fields.integer("expected_runs", 0, config::at_least(1));
  if (runs > 0)
    for (auto& row : spec.rows) row.expected_runs = runs;
  for (auto& domain : fields.tables("domain")) {
    const auto name = domain.text("name");
    const bool known = std::any_of(spec.columns.begin(), spec.columns.end(), [&](const ColumnSpec& column) {
      return std::find(column.domains.begin(), column.domains.end(), name) != column.domains.end();
    });
    require(known, "no column of the base shows the data set '{}'\n  {}", name, domain.place("name"));
    replace_domain(spec, name, domain.text("here", ""));
    domain.check_all_read();
  }
  for (auto& row : spec.rows)
    if (std::all_of(row.published.begin(), row.published.end(), [](double x) { return std::isnan(x); }))
      row.published.clear();
}

TableSpec parse(const std::string& text, const std::string& origin, bool may_have_base) {
  auto fields = TomlFields::from_text(text, origin);
  TableSpec spec;
  if (fields.has("base")) {
    require(may_have_base, "a table that is the base of another cannot have one\n  {}", fields.place("base"));
    const auto base = std::filesystem::path(origin).parent_path() / fields.text("base");
    spec = parse(read_text_file(base), base.string(), /*may_have_base=*/false);
    put_in_place(spec, fields);
  }
  spec.title = fields.text("title");
  spec.caption = fields.text("caption", "");
  spec.metric = fields.text("metric", spec.metric);
  spec.digits = fields.integer("digits", spec.digits, config::between(0, 12));
  spec.deviation = fields.choice<Deviation>(
      "deviation", spec.deviation,
      {{"sample", Deviation::Sample}, {"population", Deviation::Population}, {"none", Deviation::None}});
  spec.bold = fields.choice<Bold>("bold", spec.bold, {{"best", Bold::Best}, {"none", Bold::None}});
  if (spec.rows.empty()) {  // no base
    spec.rows = read_items(fields, "row", read_row);
    spec.columns = read_items(fields, "column", read_column);
  }
  fields.check_all_read();
  require(!spec.rows.empty(), "the table has no [[row]]\n  {}", origin);
  require(!spec.columns.empty(), "the table has no [[column]]\n  {}", origin);
  for (const auto& row : spec.rows)
    require(row.published.empty() || row.published.size() == spec.columns.size(),
            "row '{}' has {} published numbers for {} columns; write nan where there is none\n  {}",
            row.label, row.published.size(), spec.columns.size(), origin);
  require(spec.bold == Bold::None || records::better_of(spec.metric) != records::Better::Neither,
          "whether a high or a low '{}' is best is not known; set bold = \"none\"\n  {}", spec.metric,
          fields.place("metric"));
  return spec;
}

}  // namespace

std::set<Filter> TableSpec::filters() const {
  std::set<Filter> out;
  for (const auto& column : columns) out.insert(column.filter);
  return out;
}

TableSpec parse_table_spec(const std::string& text, const std::string& origin) {
  return parse(text, origin, /*may_have_base=*/true);
}

TableSpec read_table_spec(const std::filesystem::path& file) {
  return parse_table_spec(read_text_file(file), file.string());
}

}  // namespace tandem::report
