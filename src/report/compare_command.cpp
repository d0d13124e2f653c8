#include <utility>

#include "base/console.h"
#include "base/error.h"
#include "report/columns.h"
#include "report/commands.h"
#include "report/comparison.h"
#include "report/output.h"

namespace tandem::report {
namespace {

namespace po = program::po;

/// Columns of a table, or one for every network and data set that both methods were scored on.
std::vector<ColumnSpec> columns_for(const po::variables_map& options,
                                    const std::vector<const RunRows*>& first,
                                    const std::vector<const RunRows*>& second) {
  if (options.count("table")) return read_table_spec(options["table"].as<std::string>()).columns;
  const auto places = [](const std::vector<const RunRows*>& runs) {
    std::set<std::pair<std::string, std::string>> out;
    for (const auto* run : runs)
      for (const auto& row : run->rows) out.emplace(row.network, row.domain);
    return out;
  };
  std::vector<ColumnSpec> columns;
  const auto of_second = places(second);
  for (const auto& [network, domain] : places(first))
    if (of_second.contains({network, domain})) columns.push_back({domain + " " + network, network, {domain}});
  return columns;
}

struct Result {
  std::vector<ColumnSpec> columns;
  std::vector<Comparison> comparisons;
  Sheet sheet;
};

Sheet make_sheet(const Result& result, const std::string& first, const std::string& second,
                 const std::string& metric, std::int64_t digits) {
  Sheet sheet{.title = fmt::format("{} against {}: {}", second, first, metric),
              .caption = kComparisonMethod,
              .legend = fmt::format("Holm: p over the {} comparisons of this table", result.columns.size()),
              .header = {"", "cases", first, second, "difference", "95 % interval", "p", "p (Holm)", "d_z",
                         "rank-biserial"},
              .rows = {},
              .notes = {},
              .provenance = {}};
  for (size_t i = 0; i < result.columns.size(); ++i) {
    const auto& c = result.comparisons[i];
    const auto number = [&](double value) { return fmt::format("{:.{}f}", value, digits); };
    const auto with_sign = [&](double value) { return fmt::format("{:+.{}f}", value, digits); };
    sheet.rows.push_back({{result.columns[i].label},
                          {fmt::format("{}", c.pairs)},
                          {number(c.first)},
                          {number(c.second)},
                          {with_sign(c.difference)},
                          {fmt::format("[{}, {}]", with_sign(c.interval.low), with_sign(c.interval.high))},
                          {format_p(c.wilcoxon_p)},
                          {format_p(c.holm_p)},
                          {fmt::format("{:+.2f}", c.cohen_dz)},
                          {fmt::format("{:+.2f}", c.rank_biserial)}});
    if (c.unpaired > 0)
      sheet.notes.push_back(fmt::format("{}: {} cases have a score by one method only and were left out",
                                        result.columns[i].label, c.unpaired));
  }
  return sheet;
}

std::string comparison_csv(const Result& result) {
  std::string out = csv_line({"column", "cases", "first", "second", "difference", "low", "high", "wilcoxon_p",
                              "holm_p", "exact", "paired_t_p", "cohen_dz", "rank_biserial"});
  const auto number = [](double value) { return fmt::format("{}", value); };
  for (size_t i = 0; i < result.columns.size(); ++i) {
    const auto& c = result.comparisons[i];
    out += csv_line({result.columns[i].label, fmt::format("{}", c.pairs), number(c.first), number(c.second),
                     number(c.difference), number(c.interval.low), number(c.interval.high),
                     number(c.wilcoxon_p), number(c.holm_p), c.exact ? "1" : "0", number(c.t_p),
                     number(c.cohen_dz), number(c.rank_biserial)});
  }
  return out + csv_comments(result.sheet);
}

std::set<std::string> domains_of(const std::vector<ColumnSpec>& columns) {
  std::set<std::string> domains;
  for (const auto& column : columns) domains.insert(column.domains.begin(), column.domains.end());
  return domains;
}

Result compare(const po::variables_map& options) {
  const auto text = [&](const char* name) { return options[name].as<std::string>(); };
  const auto first = text("first"), second = text("second"), metric = text("metric");
  const auto paths = options["runs"].as<std::vector<std::string>>();
  const auto loaded = load_runs({paths.begin(), paths.end()}, metric);
  for (const auto& warning : loaded.warnings) console::warn(warning);
  auto runs = runs_of(loaded, first);
  const auto of_second = runs_of(loaded, second);
  Result result;
  std::vector<std::string> skipped;
  for (const auto& column : columns_for(options, runs, of_second)) {
    const auto a = case_scores(runs, column, metric), b = case_scores(of_second, column, metric);
    if (a.empty() || b.empty()) {
      skipped.push_back(fmt::format("{}: no {} scores of {}; not compared", column.label, metric,
                                    a.empty() ? first : second));
      continue;
    }
    result.columns.push_back(column);
    result.comparisons.push_back(compare_cases(a, b, std::uint64_t(options["seed"].as<std::int64_t>())));
  }
  require(!result.columns.empty(), "{} and {} have no {} scores on the same data set", first, second, metric);
  adjust_together(result.comparisons);
  result.sheet = make_sheet(result, first, second, metric, options["digits"].as<std::int64_t>());
  for (const auto* notes : {&std::as_const(skipped), &loaded.warnings})
    result.sheet.notes.insert(result.sheet.notes.end(), notes->begin(), notes->end());
  runs.insert(runs.end(), of_second.begin(), of_second.end());
  result.sheet.provenance = provenance_lines(provenance_of(runs, domains_of(result.columns)));
  return result;
}

void run_compare(const po::variables_map& options) {
  put_out(options, [&] {
    const auto result = compare(options);
    return Output{result.sheet, comparison_csv(result)};
  });
}

}  // namespace

program::Command compare_command() {
  return {
      .name = "compare",
      .synopsis = "FIRST SECOND --runs PATH... [--table SPEC] [--metric NAME] [--format FORMAT] [--out FILE]",
      .summary = "two experiments over the same cases: difference, interval, test, effect size",
      .declare =
          [](po::options_description& options) {
            options.add_options()("first", po::value<std::string>()->required(),
                                  "experiment to compare with")(
                "second", po::value<std::string>()->required(), "experiment that is compared")(
                "runs", po::value<std::vector<std::string>>()->multitoken()->required(),
                "result files, or folders searched for result.h5")(
                "table", po::value<std::string>(),
                "compare in the columns of this table (default: every data set and network)")(
                "metric", po::value<std::string>()->default_value("dice"), "metric of the scores")(
                "seed", po::value<std::int64_t>()->default_value(0), "of the bootstrap")(
                "digits", po::value<std::int64_t>()->default_value(4), "after the decimal point");
            declare_output(options);
          },
      .positional = {"first", "second"},
      .run = run_compare};
}

}  // namespace tandem::report
