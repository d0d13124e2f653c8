// What tandem-report takes for a large sweep: makes an aggregated file of many trials over six data sets,
// then a table and a page from it. Prints figures; run by hand on an idle machine. Usage: report_benchmark
// [FOLDER] [TRIALS] [CASES of a data set]
#include <fmt/format.h>

#include <cstdlib>

#include "base/atomic_file.h"
#include "base/console.h"
#include "base/error.h"
#include "base/timer.h"
#include "records/merged_results.h"
#include "records/run_result.h"
#include "report/automatic_spec.h"
#include "report/make_tables.h"
#include "report/page.h"
#include "report/score_index.h"
#include "report/table_format.h"

namespace tandem::report {
namespace {

namespace fs = std::filesystem;

records::RunResult trial_result(int trial, int cases) {
  records::RunResult result;
  result.experiment = fmt::format("method{}", trial % 20), result.run_id = fmt::format("{:08x}", trial);
  result.state = "complete", result.seed = trial;
  result.config = fmt::format("name = \"{}\"\n\n[training]\nseed = {}\n", result.experiment, trial);
  for (int i = 0; i < 60; ++i) result.config += fmt::format("setting_{} = {}\n", i, i);
  result.environment = fmt::format("host = \"n{}\"\ncommit = \"c0ffee\"\n", trial % 16);
  for (const char* name : {"epoch", "total", "val_stn_miou"})
    result.history[name] = std::vector<double>(600, 0.5);
  for (int domain = 0; domain < 6; ++domain)
    for (int i = 0; i < cases; ++i)
      for (const char* klass : {"LV", "MYO", "RV"})
        for (const char* network : {"FTN", "FTN+STN"})
          result.scores.push_back({fmt::format("domain{}", domain), fmt::format("patient{:03}_ED", i),
                                   fmt::format("patient{:03}", i), "ED", network, klass, "dice",
                                   0.5 + 1e-5 * ((trial * 31 + i * 17 + domain) % 40000)});
  return result;
}

void measure(const fs::path& folder, int trials, int cases) {
  std::vector<records::MergedRow> rows;
  for (int i = 0; i < trials; ++i) {
    const auto result = trial_result(i, cases);
    records::write_result(folder / (result.run_id + ".h5"), result);
    rows.push_back({result.run_id, fmt::format("{}/seed{}", result.experiment, i), result.experiment,
                    fmt::format("training.seed = {}", i), i, "done", "", 1, 0, "1", 60,
                    folder / (result.run_id + ".h5")});
  }
  const auto file = folder / "results.h5";
  Timer timer;
  records::write_merged(
      file, rows, [] {},
      [&](h5::File& made) {
        console::say("aggregate of {} results of {} scores: {:.2f} s", trials, 36 * cases, timer.restart());
        write_score_index(made);
        console::say("index of it: {:.2f} s", timer.seconds());
      });
  console::say("{} MB", fs::file_size(file) >> 20);
  timer.restart();
  auto data = gather({file}, {"dice"}, {Filter{}}, Detail::Means);
  const auto text = sheet_markdown(make_sheet(table_of(automatic_spec(data, "dice"), data)));
  console::say("table: {:.2f} s, {} kB", timer.restart(), text.size() >> 10);
  data = gather({file}, {"dice"}, {Filter{}});
  const auto sheet = make_sheet(table_of(automatic_spec(data, "dice"), data));
  const auto page = make_page({.title = "Benchmark", .tables = {sheet}}, data);
  console::say("page: {:.2f} s, {} kB", timer.seconds(), page.size() >> 10);
  write_text_file(folder / "page.html", page);
}

}  // namespace
}  // namespace tandem::report

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  const fs::path folder = (argc > 1 ? fs::path(argv[1]) : fs::temp_directory_path()) / "report_benchmark";
  try {
    tandem::require(!fs::exists(folder), "{} exists already; remove it first", folder.string());
    tandem::report::measure(folder, argc > 2 ? std::atoi(argv[2]) : 10000,
                            argc > 3 ? std::atoi(argv[3]) : 40);
    fs::remove_all(folder);
  } catch (const tandem::Error& error) {
    tandem::console::error(error.what());
    return int(error.code());
  }
  return 0;
}
