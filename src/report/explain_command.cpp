#include <algorithm>
#include <cmath>

#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "equations/statistics.h"
#include "report/commands.h"
#include "report/comparison.h"
#include "report/derived_metrics.h"

namespace tandem::report {
namespace {

namespace po = program::po;

/// What is to be explained.
struct Question {
  std::string experiment, against, metric;
  ColumnSpec column;
  std::optional<double> published;
  std::vector<ColumnSpec> together;  ///< columns of the table, over which p values are adjusted
};

/// The data set called so, or the only one whose name ends so: "motion" for "acdc-c_motion".
std::string domain_named(const std::string& name, const LoadedRuns& loaded) {
  std::set<std::string> domains, fitting;
  for (const auto& run : loaded.runs)
    for (const auto& row : run.rows) domains.insert(row.domain);
  if (domains.contains(name)) return name;
  for (const auto& domain : domains)
    if (domain.ends_with("_" + name)) fitting.insert(domain);
  require(fitting.size() == 1, "no data set is called '{}', or several are; there are: {}", name,
          fmt::join(domains, ", "));
  return *fitting.begin();
}

Question question_of(const po::variables_map& options, const LoadedRuns& loaded) {
  const auto text = [&](const char* name) { return options[name].as<std::string>(); };
  Question q{text("row"), text("against"), text("metric"), {}, {}, {}};
  if (!options.count("table")) {
    q.column = {text("column"), text("network"), {domain_named(text("column"), loaded)}};
    q.together = {q.column};
    return q;
  }
  const auto spec = read_table_spec(text("table"));
  const auto column = std::ranges::find(spec.columns, text("column"), &ColumnSpec::label);
  std::vector<std::string> labels;
  for (const auto& c : spec.columns) labels.push_back(c.label);
  require(column != spec.columns.end(), "the table has no column '{}'; its columns: {}", text("column"),
          join(labels, ", "));
  q.column = *column, q.together = spec.columns;
  for (const auto& row : spec.rows) {
    if (row.label != text("row") && row.experiment != text("row")) continue;
    q.experiment = row.experiment;
    const auto c = size_t(column - spec.columns.begin());
    if (c < row.published.size() && !std::isnan(row.published[c])) q.published = row.published[c];
  }
  return q;
}

/// "LV 0.8100, MYO 0.7000": means over cases.
std::string class_means(const CaseScores& cases) {
  std::map<std::string, std::vector<double>> values;
  for (const auto& [name, score] : cases)
    for (const auto& [klass, value] : score.by_class) values[klass].push_back(value);
  std::vector<std::string> parts;
  for (const auto& [klass, list] : values)
    parts.push_back(fmt::format("{} {:.4f}", klass, equations::mean(list)));
  return join(parts, ", ");
}

std::string frame_means(const CaseScores& cases) {
  std::map<std::string, CaseScores> frames;
  for (const auto& [name, score] : cases) frames[score.frame].emplace(name, score);
  std::vector<std::string> parts;
  for (const auto& [frame, part] : frames)
    parts.push_back(fmt::format("{} {:.4f} ({} cases)", frame, mean_of_cases(part), part.size()));
  return join(parts, ", ");
}

void show_extremes(const CaseScores& cases) {
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [name, score] : cases) order.emplace_back(score.value, name);
  std::ranges::sort(order);
  std::vector<std::string> low, high;
  for (size_t i = 0; i < std::min<size_t>(3, order.size()); ++i) {
    low.push_back(fmt::format("{} {:.4f}", order[i].second, order[i].first));
    const auto& [value, name] = order[order.size() - 1 - i];
    high.push_back(fmt::format("{} {:.4f}", name, value));
  }
  console::result("lowest cases   " + join(low, ", "));
  console::result("highest cases  " + join(high, ", "));
}

void show_runs(const std::vector<const RunRows*>& runs, const Question& q) {
  for (const auto* run : runs) {
    const auto cases = case_scores({run}, q.column, q.metric);
    const auto& s = run->summary;
    if (cases.empty())
      console::result(fmt::format("run {} has no scores here", s.name()));
    else
      console::result(fmt::format("run {}  {:.4f}  {} · {} cases · seed {}, cval {}, commit {}", s.name(),
                                  mean_of_cases(cases), class_means(cases), cases.size(), s.seed, s.cval,
                                  s.commit));
  }
  for (const auto& domain : q.column.domains) {
    std::set<std::string> hashes;
    for (const auto* run : runs) {
      const auto found = run->summary.data_sha256.find(domain);
      hashes.insert(found == run->summary.data_sha256.end() ? "unknown" : found->second.substr(0, 12));
    }
    console::result(fmt::format("data {}  SHA-256 {}", domain, fmt::join(hashes, " and ")));
  }
}

/// The comparison of the question's column, adjusted over all columns that both methods have.
std::optional<Comparison> compared(const LoadedRuns& loaded, const Question& q, size_t& together) {
  const auto first = runs_of(loaded, q.against), second = runs_of(loaded, q.experiment);
  std::vector<Comparison> comparisons;
  std::optional<size_t> mine;
  for (const auto& column : q.together) {
    const auto a = case_scores(first, column, q.metric), b = case_scores(second, column, q.metric);
    if (a.empty() || b.empty()) continue;
    if (column.label == q.column.label) mine = comparisons.size();
    comparisons.push_back(compare_cases(a, b, 0));
  }
  if (!mine) return std::nullopt;
  adjust_together(comparisons);
  together = comparisons.size();
  return comparisons[*mine];
}

void run_explain(const po::variables_map& options) {
  const auto paths = options["runs"].as<std::vector<std::string>>();
  const auto loaded = load_runs({paths.begin(), paths.end()}, options["metric"].as<std::string>());
  for (const auto& warning : loaded.warnings) console::warn(warning);
  const auto q = question_of(options, loaded);
  const auto runs = runs_of(loaded, q.experiment);
  const auto cases = case_scores(runs, q.column, q.metric);
  require(!cases.empty(), "no {} scores of {} by {} on {}", q.metric, q.experiment, q.column.network,
          join(q.column.domains, ", "));
  console::result(fmt::format("{}, {}: {} by {} on {}{}", q.experiment, q.column.label, q.metric,
                              q.column.network, join(q.column.domains, ", "),
                              q.column.filter == Filter{} ? "" : " (" + q.column.filter.text() + ")"));
  const double ours = mean_of_cases(cases);
  if (q.published)
    console::result(
        fmt::format("{:.4f} published · {:.4f} ours · {:+.4f}", *q.published, ours, ours - *q.published));
  else
    console::result(fmt::format("{:.4f} ours", ours));
  console::result(fmt::format("mean over {} · {} x {}{}", class_means(cases), counted(cases.size(), "case"),
                              counted(runs.size(), "run"),
                              q.column.domains.size() > 1 ? ", every case alike" : ""));
  console::result("by frame       " + frame_means(cases));
  show_extremes(cases);
  show_runs(runs, q);
  if (q.against == q.experiment || q.against.empty()) return;
  const bool there = std::ranges::any_of(loaded.runs, [&](const RunRows& run) {
    return run.summary.experiment == q.against && run.summary.complete();
  });
  if (!there && options["against"].defaulted()) {
    console::result(fmt::format("no run of '{}' to compare with; name another by --against", q.against));
    return;
  }
  size_t together = 0;
  const auto c = compared(loaded, q, together);
  require(c.has_value(), "{} has no scores to compare with; name another by --against", q.against);
  console::result(
      fmt::format("against {}: {:+.4f} [{:+.4f}, {:+.4f}] over {} cases, Wilcoxon p = {} (Holm {} "
                  "over {}), d_z {:+.2f}, rank-biserial {:+.2f}",
                  q.against, c->difference, c->interval.low, c->interval.high, c->pairs,
                  format_p(c->wilcoxon_p), format_p(c->holm_p), together, c->cohen_dz, c->rank_biserial));
  console::result(kComparisonMethod);
}

}  // namespace

program::Command explain_command() {
  return {
      .name = "explain",
      .synopsis = "PATH... --row EXPERIMENT --column DATASET [--table SPEC] [--network FTN] [--against NAME]",
      .summary = "where a number of a table comes from: runs, classes, cases, and a test against a baseline",
      .declare =
          [](po::options_description& options) {
            options.add_options()("runs", po::value<std::vector<std::string>>()->multitoken()->required(),
                                  "result files, or folders searched for result.h5")(
                "row", po::value<std::string>()->required(), "experiment, or the label of a row of --table")(
                "column", po::value<std::string>()->required(),
                "data set (\"motion\" finds acdc-c_motion), or the label of a column of --table")(
                "table", po::value<std::string>(), "TOML file that describes the table")(
                "network", po::value<std::string>()->default_value("FTN"), "FTN or FTN+STN; without --table")(
                "against", po::value<std::string>()->default_value("standard"),
                "experiment to compare with; \"\" for none")(
                "metric", po::value<std::string>()->default_value("dice"), "metric of the scores");
          },
      .positional = {"runs"},
      .run = run_explain};
}

}  // namespace tandem::report
