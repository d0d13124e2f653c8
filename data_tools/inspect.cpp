#include <algorithm>
#include <map>
#include <set>

#include "base/console.h"
#include "base/text.h"
#include "data/case_file.h"
#include "data_tools/case_statistics.h"
#include "data_tools/commands.h"

namespace tandem::data_tools {
namespace {

namespace po = program::po;

/// One case without its voxels.
struct Row {
  data::Case header;
  std::array<std::int64_t, 3> shape;
  CaseStatistics statistics;

  double ml(data::Label label) const { return statistics.millilitres(label, header.spacing_mm); }
};

std::vector<Row> gather(const data::CaseFile& file) {
  std::vector<Row> rows;
  console::Progress progress("reading", std::int64_t(file.ids().size()));
  for (const auto& id : file.ids()) {
    auto c = file.read(id);
    Row row{{}, c.image.shape(), case_statistics(c)};
    c.image = {}, c.label.reset();
    row.header = std::move(c);
    rows.push_back(std::move(row));
    progress.advance();
  }
  return rows;
}

std::string json_row(const Row& row) {
  const auto& [c, shape, s] = row;
  auto text = fmt::format(
      R"({{"id": {}, "patient": {}, "frame": {}, "group": {}, "vendor": {}, "centre": {}, "shape": [{}], )"
      R"("spacing_mm": [{}], "minimum": {}, "maximum": {}, "mean": {}, "not_finite": {}, "corruption": {})",
      json_quote(c.id), json_quote(c.patient), json_quote(c.frame), json_quote(c.group), json_quote(c.vendor),
      json_quote(c.centre), fmt::join(shape, ", "), fmt::join(c.spacing_mm, ", "), s.minimum, s.maximum,
      s.mean, s.not_finite, json_quote(c.corruption));
  if (s.has_label)
    text += fmt::format(R"(, "labelled_slices": {}, "volume_ml": {{"LV": {}, "MYO": {}, "RV": {}}})",
                        s.labelled_slices, row.ml(data::kLV), row.ml(data::kMYO), row.ml(data::kRV));
  return text + "}";
}

void print_json(const data::CaseFile& file, const std::vector<Row>& rows) {
  const auto& info = file.info();
  std::vector<std::string> cases;
  for (const auto& row : rows) cases.push_back("    " + json_row(row));
  console::result(
      fmt::format("{{\n  \"file\": {}, \"format_version\": {}, \"domain\": {},\n  \"preprocessing\": {},\n  "
                  "\"tool_version\": {}, "
                  "\"source\": {},\n  \"cases\": [\n{}\n  ]\n}}",
                  json_quote(file.path().string()), data::kCaseFormatVersion, json_quote(info.domain),
                  json_quote(info.preprocessing), json_quote(info.tool_version), json_quote(info.source),
                  join(cases, ",\n")));
}

/// "ED  LV 120.3 ± 40.1 ml ..." for each group and frame.
void print_groups(const std::vector<Row>& rows) {
  std::map<std::pair<std::string, std::string>, std::vector<const Row*>> groups;
  for (const auto& row : rows)
    if (row.statistics.has_label) groups[{row.header.group, row.header.frame}].push_back(&row);
  if (groups.empty()) return;
  console::result(fmt::format("\n{:<8} {:<5} {:>5}  {:>8} {:>8} {:>8}   mean volume, ml", "group", "frame",
                              "cases", "LV", "MYO", "RV"));
  for (const auto& [key, members] : groups) {
    std::array<double, data::kClassCount> mean{};
    for (const auto* row : members)
      for (const auto label : {data::kLV, data::kMYO, data::kRV})
        mean[label] += row->ml(label) / double(members.size());
    console::result(fmt::format("{:<8} {:<5} {:>5}  {:>8.1f} {:>8.1f} {:>8.1f}",
                                key.first.empty() ? "-" : key.first, key.second, members.size(),
                                mean[data::kLV], mean[data::kMYO], mean[data::kRV]));
  }
}

void print_table(const data::CaseFile& file, const std::vector<Row>& rows) {
  std::size_t width = 4;
  std::set<std::string> patients;
  std::int64_t slices = 0;
  for (const auto& row : rows) {
    width = std::max(width, row.header.id.size());
    patients.insert(row.header.patient);
    slices += row.shape[0];
  }
  const auto& info = file.info();
  console::result(fmt::format("{}: domain {}, {} cases of {} patients, {} slices\n  {}\n  from {}, by {}\n",
                              file.path().string(), info.domain, rows.size(), patients.size(), slices,
                              info.preprocessing, info.source, info.tool_version));
  console::result(fmt::format("{:<{}} {:<6} {:>11}  {:>20}  {:>5} {:>5} {:>5}  {:>7} {:>7} {:>7}", "case",
                              width, "group", "shape", "spacing z,y,x mm", "min", "mean", "max", "LV ml",
                              "MYO ml", "RV ml"));
  for (const auto& row : rows) {
    const auto& [c, shape, s] = row;
    auto line =
        fmt::format("{:<{}} {:<6} {:>11}  {:>6.2f} {:>6.4f} {:>6.4f}  {:>5.2f} {:>5.2f} {:>5.2f}", c.id,
                    width, c.group.empty() ? "-" : c.group, fmt::format("{}", fmt::join(shape, "x")),
                    c.spacing_mm[0], c.spacing_mm[1], c.spacing_mm[2], s.minimum, s.mean, s.maximum);
    if (s.has_label)
      line += fmt::format("  {:>7.1f} {:>7.1f} {:>7.1f}", row.ml(data::kLV), row.ml(data::kMYO),
                          row.ml(data::kRV));
    console::result(line + (c.corruption.empty() ? "" : "  " + c.corruption));
  }
  print_groups(rows);
}

void run(const po::variables_map& map) {
  const bool json = map.count("json") > 0;
  if (json) console::set_quiet(true);  // nothing but JSON on standard output
  const data::CaseFile file(map["file"].as<std::string>());
  const auto rows = gather(file);
  if (json)
    print_json(file, rows);
  else
    print_table(file, rows);
}

}  // namespace

program::Command inspect_command() {
  return {.name = "inspect",
          .synopsis = "FILE [--json]",
          .summary = "Show a data set: volumes, spacing, intensities, class volumes, groups",
          .declare =
              [](auto& options) {
                options.add_options()("file", po::value<std::string>()->required(), "data set file")(
                    "json", "one JSON object instead of a table");
              },
          .positional = {"file"},
          .run = run};
}

}  // namespace tandem::data_tools
