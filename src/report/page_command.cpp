#include <unistd.h>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "report/automatic_spec.h"
#include "report/commands.h"
#include "report/figure_makers.h"
#include "report/make_tables.h"
#include "report/paper.h"
#include "report/table_format.h"

namespace tandem::report {
namespace {

namespace po = program::po;
namespace fs = std::filesystem;

/// A folder that is gone at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "tandem_page_XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
      fail_system("cannot make a folder in {}", fs::temp_directory_path().string());
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void run_page(const po::variables_map& options) {
  const auto out = options["out"].as<std::string>();
  refuse_overwrite(out, options.count("force") > 0);
  const auto paths = options["runs"].as<std::vector<std::string>>();
  std::vector<TableSpec> specs;
  if (options.count("table"))
    for (const auto& file : options["table"].as<std::vector<std::string>>())
      specs.push_back(read_table_spec(file));
  const auto data = gather_for(specs, {paths.begin(), paths.end()}, options["metric"].as<std::string>());
  require(!data.trials.empty() || data.files > 0, "no trial and no result.h5 in {}", fmt::join(paths, ", "));
  for (const auto& warning : data.warnings) console::warn(warning);
  if (specs.empty()) specs.push_back(automatic_spec(data, options["metric"].as<std::string>()));
  const ScratchFolder scratch;
  PageContent content{.title = options["title"].as<std::string>()};
  for (const auto& spec : specs) content.tables.push_back(make_sheet(table_of(spec, data)));
  auto drawn = draw_figures({data, specs}, scratch.path());
  content.figures = std::move(drawn.figures), content.not_made = std::move(drawn.not_made);
  content.claims = claims_of(data, {});
  write_text_file(out, make_page(content, data));
  console::say("written: {}", out);
}

}  // namespace

program::Command page_command() {
  using Words = std::vector<std::string>;
  return {.name = "page",
          .synopsis = "PATH... --out FILE.html [--table SPEC...] [--title TEXT] [--force]",
          .summary = "one HTML page for a sweep: tables, claims, figures, failures, configuration, trials",
          .declare =
              [](po::options_description& options) {
                options.add_options()("runs", po::value<Words>()->multitoken()->required(),
                                      "aggregated results, result files, or folders searched for result.h5")(
                    "out", po::value<std::string>()->required(),
                    "the page; needs no other file and no network")(
                    "table", po::value<Words>()->multitoken(),
                    "TOML files that describe tables (default: every experiment and data set)")(
                    "title", po::value<std::string>()->default_value("Tandem results"), "headline")(
                    "metric", po::value<std::string>()->default_value("dice"),
                    "metric of the list of trials, and of the table if none is described")(
                    "force", "replace a file that exists");
              },
          .positional = {"runs"},
          .run = run_page};
}

}  // namespace tandem::report
