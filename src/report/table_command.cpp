#include "base/console.h"
#include "base/error.h"
#include "report/commands.h"
#include "report/make_tables.h"
#include "report/output.h"
#include "report/table_format.h"

namespace tandem::report {
namespace {

namespace po = program::po;

void run_table(const po::variables_map& options) {
  const auto spec = read_table_spec(options["spec"].as<std::string>());
  const bool all_formats = options.count("out-prefix") > 0;
  const std::filesystem::path prefix = all_formats ? options["out-prefix"].as<std::string>() : "";
  if (all_formats) refuse_all_formats(prefix, options.count("force") > 0);
  std::vector<std::string> written;
  put_out(options, [&] {
    const auto paths = options["runs"].as<std::vector<std::string>>();
    auto data = gather({paths.begin(), paths.end()}, {spec.metric}, spec.filters(), Detail::Means);
    if (data.files == 0) data.warnings.push_back("no result.h5 found");
    for (const auto& warning : data.warnings) console::warn(warning);
    const auto table = table_of(spec, data);
    const Output output{make_sheet(table), format_csv(table)};
    if (all_formats) written = write_all_formats(prefix, output);
    return output;
  });
  for (const auto& file : written) console::say("written: {}", file);
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
                    "out-prefix", po::value<std::string>(), "write PREFIX.md, .csv, .tex and .html as well");
                declare_output(options);
              },
          .positional = {"spec"},
          .run = run_table};
}

}  // namespace tandem::report
