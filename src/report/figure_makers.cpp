#include "report/figure_makers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/atomic_file.h"
#include "base/error.h"
#include "report/figures.h"
#include "report/picture_figures.h"

namespace tandem::report {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostBoxRows = 8;
constexpr const char* kSweep = "tandem sweep run FOLDER && tandem sweep aggregate FOLDER";

void require_details(const FigureInput& input) {
  require(input.data.detailed, "more than {} runs; name fewer of them", kMostDetailedRuns);
}

/// Rows with runs, and of them those of Fig. 2 if they are there: standard and cooperative training.
TableSpec box_rows(const FigureInput& input) {
  auto spec = input.specs.at(0);
  const auto& runs = input.data.summaries.at(spec.metric);
  std::erase_if(spec.rows, [&](const RowSpec& row) {
    return std::ranges::none_of(
        runs, [&](const RunSummary& run) { return run.experiment == row.experiment && run.complete(); });
  });
  const auto in_fig2 = [](const RowSpec& row) {
    return row.experiment == "standard" || row.experiment == "proposed" || row.experiment == "cooperative";
  };
  if (std::ranges::count_if(spec.rows, in_fig2) == 2)
    std::erase_if(spec.rows, [&](const RowSpec& row) { return !in_fig2(row); });
  require(!spec.rows.empty(), "no row of '{}' has a complete run", spec.title);
  require(spec.rows.size() <= kMostBoxRows, "{} experiments are too many for boxes side by side",
          spec.rows.size());
  return spec;
}

FigureMaker boxes() {
  return {
      "fig2_boxes", "Scores of cases",
      "Box plots of the score of every test case by data set, for each method without (FTN) and with "
      "refinement (FTN+STN). As Fig. 2 of the paper.",
      kSweep, [](const FigureInput& input, const fs::path& prefix) {
        require_details(input);
        const auto spec = box_rows(input);
        plot::save_boxes(prefix, make_boxes(spec, input.data.details.at(spec.metric), {"FTN", "FTN+STN"}));
      }};
}

FigureMaker learning_curve(const std::string& column) {
  const auto what = history_label(column);
  return {"learning_" + column, "Learning curves: " + what,
          fmt::format("The {} against the epoch, a line for every experiment, with the spread over its runs.",
                      what),
          "tandem train", [column](const FigureInput& input, const fs::path& prefix) {
            require_details(input);
            std::map<std::string, std::string> labels;
            for (const auto& spec : input.specs)
              for (const auto& row : spec.rows) labels.emplace(row.experiment, row.label);
            plot::save_curves(prefix, make_learning_curves(input.data.runs, column, labels));
          }};
}

bool states_severity(const TableSpec& spec) {
  return std::ranges::any_of(spec.columns, [](const ColumnSpec& c) { return !std::isnan(c.severity); });
}

/// A figure of pictures, from the first file that has what it shows.
FigureMaker pictures(const PictureFigureKind& kind) {
  const std::string command =
      "tandem examples RUN --data FILE --out examples.h5, then tandem-report paper with --examples "
      "examples.h5";
  return {kind.name, kind.summary, kind.summary, command,
          [kind](const FigureInput& input, const fs::path& prefix) {
            require(!input.examples.empty(), "no file of pictures was given");
            for (size_t i = 0; i < input.examples.size(); ++i) try {
                return kind.draw(input.examples[i], prefix);
              } catch (const Error&) {
                if (i + 1 == input.examples.size()) throw;
              }
          }};
}

}  // namespace

std::vector<FigureMaker> figure_makers(const FigureInput& input) {
  std::vector<FigureMaker> makers = {boxes(), learning_curve("total"), learning_curve("val_ftn_miou"),
                                     learning_curve("val_stn_miou")};
  for (size_t i = 0; i < input.specs.size(); ++i)
    if (states_severity(input.specs[i]))
      makers.push_back({fmt::format("robustness_{}", i + 1), "Robustness: " + input.specs[i].title,
                        "The mean score against the severity of the corruption, a line for every method.",
                        kSweep, [i](const FigureInput& all, const fs::path& prefix) {
                          require_details(all);
                          const auto& spec = all.specs[i];
                          plot::save_curves(prefix, make_robustness(spec, all.data.details.at(spec.metric)));
                        }});
  if (input.pictures)
    for (const auto& kind : picture_figure_kinds()) makers.push_back(pictures(kind));
  return makers;
}

DrawnFigures draw_figures(const FigureInput& input, const fs::path& folder) {
  DrawnFigures out;
  for (const auto& maker : figure_makers(input)) try {
      const auto prefix = folder / maker.name;
      maker.make(input, prefix);
      out.figures.push_back({maker.title, maker.caption, read_text_file(prefix.string() + ".svg")});
      out.files.push_back(maker.name);
    } catch (const Error& error) {
      if (error.code() != ExitCode::BadInput) throw;
      out.not_made.push_back(fmt::format("{}: {}. To make it: {}", maker.name, error.what(), maker.command));
    }
  return out;
}

}  // namespace tandem::report
