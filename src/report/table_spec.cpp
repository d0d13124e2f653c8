#include "report/table_spec.h"

#include <algorithm>
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

}  // namespace

std::set<Filter> TableSpec::filters() const {
  std::set<Filter> out;
  for (const auto& column : columns) out.insert(column.filter);
  return out;
}

TableSpec parse_table_spec(const std::string& text, const std::string& origin) {
  auto fields = TomlFields::from_text(text, origin);
  TableSpec spec;
  spec.title = fields.text("title");
  spec.caption = fields.text("caption", "");
  spec.metric = fields.text("metric", spec.metric);
  spec.digits = fields.integer("digits", spec.digits, config::between(0, 12));
  spec.deviation = fields.choice<Deviation>(
      "deviation", spec.deviation,
      {{"sample", Deviation::Sample}, {"population", Deviation::Population}, {"none", Deviation::None}});
  spec.bold = fields.choice<Bold>("bold", spec.bold, {{"best", Bold::Best}, {"none", Bold::None}});
  spec.rows = read_items(fields, "row", read_row);
  spec.columns = read_items(fields, "column", read_column);
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

TableSpec read_table_spec(const std::filesystem::path& file) {
  return parse_table_spec(read_text_file(file), file.string());
}

}  // namespace tandem::report
