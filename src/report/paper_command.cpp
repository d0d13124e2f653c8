#include <algorithm>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "report/commands.h"
#include "report/figure_makers.h"
#include "report/make_tables.h"
#include "report/output.h"
#include "report/paper.h"
#include "report/table_format.h"

namespace tandem::report {
namespace {

namespace po = program::po;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

Roles roles_of(const po::variables_map& options) {
  Roles roles;
  if (!options.count("role")) return roles;
  for (const auto& word : options["role"].as<Words>()) {
    const auto equals = word.find('=');
    require(equals != std::string::npos, "--role {} is not of the form PART=EXPERIMENT", word);
    roles[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return roles;
}

/// The claims with where they come from: every run of an experiment that a claim names.
Sheet claims_with_provenance(const std::vector<ClaimResult>& claims, const LoadedRuns& loaded) {
  auto sheet = claims_sheet(claims);
  std::set<std::string> experiments, domains;
  for (const auto& claim : claims)
    if (claim.comparison) experiments.insert({claim.first, claim.second});
  std::vector<const RunRows*> runs;
  for (const auto& run : loaded.runs) {
    if (!run.summary.complete() || !experiments.contains(run.summary.experiment)) continue;
    runs.push_back(&run);
    for (const auto& row : run.rows) domains.insert(row.domain);
  }
  sheet.provenance = provenance_lines(provenance_of(runs, domains));
  sheet.notes = loaded.warnings;
  return sheet;
}

class Paper {
 public:
  Paper(const po::variables_map& options)
      : folder_(options["out"].as<std::string>()),
        force_(options.count("force") > 0),
        roles_(roles_of(options)) {
    for (const auto& file : options["tables"].as<Words>()) {
      specs_.push_back(read_table_spec(file));
      names_.push_back(fs::path(file).stem().string());
      require(std::ranges::count(names_, names_.back()) == 1, "--tables names two files called {}.toml",
              names_.back());
    }
    if (options.count("examples"))
      for (const auto& file : options["examples"].as<Words>())
        examples_.push_back(records::read_pictures(file));
    std::error_code code;
    require(force_ || !fs::exists(folder_) || fs::is_empty(folder_, code),
            "{} exists already and is not empty; --force replaces the files in it", folder_.string());
  }

  void make(const std::vector<fs::path>& paths) {
    const auto data = gather_for(specs_, paths, "dice");
    require(data.run_count() > 0, "no result of a run in {}", paths[0].string());
    for (const auto& warning : data.warnings) console::warn(warning);
    PageContent content{.title = "Tandem: tables and figures of the paper",
                        .tables = {},
                        .figures = {},
                        .claims = {},
                        .not_made = {}};
    for (size_t i = 0; i < specs_.size(); ++i) make_table_files(i, data, content);
    auto drawn = draw_figures({data, specs_, examples_, /*pictures=*/true}, folder_ / "figures");
    for (const auto& name : drawn.files) written_.push_back("figures/" + name + ".svg, .pdf, .png");
    content.figures = std::move(drawn.figures);
    content.not_made.insert(content.not_made.end(), drawn.not_made.begin(), drawn.not_made.end());
    make_claims(data, content);
    write("page.html", make_page(content, data));
    write_index(content);
    for (const auto& line : content.not_made) console::warn(line);
    console::say("written: {} ({} files and sets of files; {} things could not be made, see README.md there)",
                 folder_.string(), written_.size(), content.not_made.size());
  }

 private:
  void write(const std::string& name, const std::string& text) {
    write_text_file(folder_ / name, text);
    written_.push_back(name);
  }

  void make_table_files(size_t i, const Gathered& data, PageContent& content) {
    const auto table = table_of(specs_[i], data);
    content.tables.push_back(make_sheet(table));
    const std::string name = "tables/" + names_[i];
    write_all_formats(folder_ / name, {content.tables.back(), format_csv(table)});
    written_.push_back(name + ".md, .tex, .csv, .html");
    for (const auto& line : missing_parts(specs_[i], data))
      if (std::ranges::count(content.not_made, line) == 0) content.not_made.push_back(line);
  }

  void make_claims(const Gathered& data, PageContent& content) {
    content.claims = claims_of(data, roles_);
    if (content.claims.empty()) {
      content.not_made.push_back(
          "claims: no two methods that a claim of the paper compares have complete runs with "
          "Dice scores. To make them: tandem sweep run FOLDER");
      return;
    }
    const auto sheet = claims_with_provenance(content.claims, data.details.at("dice"));
    write_all_formats(folder_ / "tables/claims", {sheet, sheet_csv(sheet)});
    written_.push_back("tables/claims.md, .tex, .csv, .html");
  }

  void write_index(const PageContent& content) {
    std::string text =
        "# Tables and figures\n\nMade by `tandem-report paper`; `page.html` shows all of it.\n\n";
    for (const auto& name : written_) text += "- " + name + "\n";
    text += content.not_made.empty() ? "\nNothing is lacking.\n" : "\n## Not made\n\n";
    for (const auto& line : content.not_made) text += "- " + line + "\n";
    write_text_file(folder_ / "README.md", text);
  }

  fs::path folder_;
  bool force_;
  Roles roles_;
  std::vector<TableSpec> specs_;
  std::vector<std::string> names_;
  std::vector<records::PictureFile> examples_;
  std::vector<std::string> written_;
};

void declare_runs(po::options_description& options) {
  options.add_options()("runs", po::value<Words>()->multitoken()->required(),
                        "aggregated results, result files, or folders searched for result.h5")(
      "role", po::value<Words>()->multitoken(),
      "PART=EXPERIMENT: which experiment plays a part in the claims, such as proposed=cooperative");
}

void run_claims(const po::variables_map& options) {
  const auto roles = roles_of(options);
  put_out(options, [&] {
    const auto paths = options["runs"].as<Words>();
    const auto loaded = load_runs({paths.begin(), paths.end()}, "dice");
    for (const auto& warning : loaded.warnings) console::warn(warning);
    const auto sheet = claims_with_provenance(test_claims(loaded, roles), loaded);
    return Output{sheet, sheet_csv(sheet)};
  });
}

}  // namespace

program::Command paper_command() {
  return {.name = "paper",
          .synopsis = "PATH... --out FOLDER [--tables SPEC...] [--examples FILE...] [--force]",
          .summary = "all tables and figures of the paper, its claims, and the page, in one call",
          .declare =
              [](po::options_description& options) {
                declare_runs(options);
                const Words tables = {"results/tables/table1.toml", "results/tables/table2.toml"};
                options.add_options()("out", po::value<std::string>()->required(),
                                      "folder for tables/, figures/, page.html and README.md")(
                    "tables",
                    po::value<Words>()->multitoken()->default_value(tables, tables[0] + " " + tables[1]),
                    "TOML files that describe tables; the first one also the box plots")(
                    "examples", po::value<Words>()->multitoken(),
                    "files of pictures that tandem examples wrote")("force", "replace files that exist");
              },
          .positional = {"runs"},
          .run =
              [](const po::variables_map& options) {
                Paper paper(options);
                const auto paths = options["runs"].as<Words>();
                paper.make({paths.begin(), paths.end()});
              }};
}

program::Command claims_command() {
  return {.name = "claims",
          .synopsis = "PATH... [--role PART=EXPERIMENT...] [--format FORMAT] [--out FILE] [--force]",
          .summary = "which claims of the paper hold in some results: differences, tests, verdicts",
          .declare =
              [](po::options_description& options) {
                declare_runs(options);
                declare_output(options);
              },
          .positional = {"runs"},
          .run = run_claims};
}

}  // namespace tandem::report
