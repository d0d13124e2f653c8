#include <algorithm>

#include "base/console.h"
#include "base/error.h"
#include "report/columns.h"
#include "report/commands.h"
#include "report/run_index.h"

namespace tandem::report {
namespace {

namespace po = program::po;

std::filesystem::path only_result(const std::string& path) {
  const auto found = find_results({path});
  require(!found.files.empty(), "no result.h5 in {}; a run writes it when it ends", path);
  require(found.files.size() == 1, "{} holds {} results; name one, for instance {}", path, found.files.size(),
          found.files[0].string());
  return found.files[0];
}

/// Header and rows, "epoch" first and the other columns by name; format for one number, "{}" or shorter.
std::vector<std::vector<std::string>> lines_of(const records::History& history, bool full_precision) {
  std::vector<std::string> names;
  for (const auto& [name, column] : history) names.push_back(name);
  std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return name == "epoch"; });
  std::vector<std::vector<std::string>> lines = {names};
  const size_t rows = names.empty() ? 0 : history.at(names[0]).size();
  for (size_t r = 0; r < rows; ++r) {
    lines.emplace_back();
    for (const auto& name : names) {
      const double value = history.at(name).at(r);
      lines.back().push_back(full_precision ? fmt::format("{}", value) : fmt::format("{:.5g}", value));
    }
  }
  return lines;
}

void run_history(const po::variables_map& options) {
  const auto file = only_result(options["run"].as<std::string>());
  const auto history = records::read_result(file).history;
  require(!history.empty(), "{} has no history", file.string());
  for (const auto& [name, column] : history)
    require(column.size() == history.begin()->second.size(),
            "{}: history column '{}' has {} rows, '{}' has {}", file.string(), name, column.size(),
            history.begin()->first, history.begin()->second.size());
  const bool csv = options.count("csv") > 0;
  console::result(format_rows(lines_of(history, csv), csv));
}

}  // namespace

program::Command history_command() {
  return {.name = "history",
          .synopsis = "RUN [--csv]",
          .summary = "the learning curves of one run, one line per epoch",
          .declare =
              [](po::options_description& options) {
                options.add_options()("run", po::value<std::string>()->required(),
                                      "run folder or result file")(
                    "csv", "comma-separated with full precision, for programs");
              },
          .positional = {"run"},
          .run = run_history};
}

}  // namespace tandem::report
