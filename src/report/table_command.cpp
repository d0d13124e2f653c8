#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "report/commands.h"
#include "report/make_tables.h"
#include "report/table_format.h"

namespace tandem::report {
namespace {

namespace po = program::po;
using Formatter = std::string (*)(const Table&);

Formatter formatter_of(const std::string& format) {
  if (format == "text") return format_text;
  if (format == "markdown") return format_markdown;
  if (format == "csv") return format_csv;
  if (format == "latex") return format_latex;
  if (format == "html") return format_html;
  fail("--format {} is not one of text, markdown, csv, latex, html", format);
}

struct Output {
  std::string file;
  Formatter formatter;
};

/// Files to write; none means standard output.
std::vector<Output> outputs_of(const po::variables_map& options) {
  std::vector<Output> outputs;
  if (options.count("out"))
    outputs.push_back({options["out"].as<std::string>(), formatter_of(options["format"].as<std::string>())});
  if (options.count("out-prefix")) {
    const auto prefix = options["out-prefix"].as<std::string>();
    outputs.push_back({prefix + ".md", format_markdown});
    outputs.push_back({prefix + ".csv", format_csv});
    outputs.push_back({prefix + ".tex", format_latex});
    outputs.push_back({prefix + ".html", format_html});
  }
  for (const auto& output : outputs) program::refuse_overwrite(output.file, options.count("force") > 0);
  return outputs;
}

void run_table(const po::variables_map& options) {
  const auto format = formatter_of(options["format"].as<std::string>());
  const auto spec = read_table_spec(options["spec"].as<std::string>());
  const auto outputs = outputs_of(options);
  const auto paths = options["runs"].as<std::vector<std::string>>();
  auto data = gather({paths.begin(), paths.end()}, {spec.metric}, spec.filters(), Detail::Means);
  if (data.files == 0) data.warnings.push_back("no result.h5 found");
  for (const auto& warning : data.warnings) console::warn(warning);
  const auto table = table_of(spec, data);
  for (const auto& output : outputs) write_text_file(output.file, output.formatter(table));
  if (!options.count("out")) {
    auto text = format(table);
    text.pop_back();  // result() ends the line
    console::result(text);
  }
  for (const auto& output : outputs) console::say("written: {}", output.file);
}

}  // namespace

program::Command table_command() {
  return {.name = "table",
          .synopsis =
              "SPEC --runs PATH... [--format text|markdown|csv|latex|html] [--out FILE] [--out-prefix "
              "PREFIX] [--force]",
          .summary = "a table of mean scores over runs, described by a TOML file",
          .declare =
              [](po::options_description& options) {
                options.add_options()("spec", po::value<std::string>()->required(),
                                      "TOML file that describes the table")(
                    "runs", po::value<std::vector<std::string>>()->multitoken()->required(),
                    "result files, or folders searched for result.h5")(
                    "format", po::value<std::string>()->default_value("text"),
                    "text, markdown, csv, latex or html")("out", po::value<std::string>(),
                                                          "write to this file instead of standard output")(
                    "out-prefix", po::value<std::string>(), "write PREFIX.md, .csv, .tex and .html as well")(
                    "force", "replace files that exist");
              },
          .positional = {"spec"},
          .run = run_table};
}

}  // namespace tandem::report
