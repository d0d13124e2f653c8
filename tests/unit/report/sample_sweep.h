#pragma once
#include <filesystem>

#include "records/merged_results.h"
#include "report/gather.h"
#include "report/score_index.h"
#include "sample_runs.h"

namespace tandem::test {

inline constexpr const char* kWickedName = "<script>alert(1)</script>";

/// An aggregated file: "standard" and "proposed" of three seeds each over five data sets and six patients, a
/// trial that failed and one that waits, both called kWickedName among other things. Proposed is better by
/// 0.05 to 0.1 on corrupted images, equal on clean ones but for noise, and gains 0.02 more from the STN.
inline void write_sample_sweep(const std::filesystem::path& folder, const std::filesystem::path& out,
                               bool with_index = true) {
  std::vector<records::MergedRow> rows;
  for (const std::string experiment : {"standard", "proposed"})
    for (int seed = 0; seed < 3; ++seed) {
      const std::string id = experiment.substr(0, 1) + std::to_string(seed);
      auto run = sample_run(experiment, id, seed);
      run.config = "name = \"" + experiment + "\"\n\n[split]\ncval = " + std::to_string(seed) +
                   "\n\n[training]\nbatch_size = 20\nlearning_rate = 1e-4\n";
      run.environment = "host = \"n" + std::to_string(seed) + "\"\nstarted = \"2026-03-0" +
                        std::to_string(seed + 1) +
                        "T10:00:00Z\"\ndevice = \"cpu\"\nranks = 1\nthreads = 2\nversion = \"1.0\"\ncommit = "
                        "\"c0ffee\"\n";
      const bool proposed = experiment == "proposed";
      for (const std::string domain :
           {"acdc", "acdc-c_bias", "acdc-c_ghosting", "acdc-c_motion", "acdc-c_spike"})
        for (const std::string network : {"FTN", "FTN+STN"}) {
          std::vector<double> values;
          for (int i = 0; i < 12; ++i) {
            const bool clean = domain == "acdc";
            const double patient = 0.005 * (i / 2), noise = 0.002 * ((i / 2) % 2 == 0 ? 1 : -1);
            values.push_back((clean ? 0.75 : 0.55) + 0.01 * seed + patient +
                             (proposed ? (clean ? noise : 0.05 + 2 * patient) : 0) +
                             (network == "FTN" ? 0
                              : proposed       ? 0.03 + patient
                                               : 0.01));
          }
          add_scores(run, domain, network, {{"LV", values}, {"MYO", values}, {"RV", values}});
        }
      for (int epoch = 1; epoch <= 20; ++epoch) {
        run.history["epoch"].push_back(epoch);
        run.history["total"].push_back((proposed ? 4.0 : 3.0) / (epoch + seed));
        run.history["val_ftn_miou"].push_back(0.7 - 0.5 / epoch - 0.01 * seed);
        run.history["val_stn_miou"].push_back(0.72 - 0.5 / epoch - 0.01 * seed);
      }
      const auto result = folder / (id + ".h5");
      records::write_result(result, run);
      rows.push_back({id, experiment + "/cval" + std::to_string(seed), experiment,
                      "split.cval = " + std::to_string(seed), seed, "done", "", 1, seed % 2, "1",
                      3600.0 + seed, result});
    }
  rows.push_back({"f0",
                  std::string("dropout_only/") + kWickedName,
                  "dropout_only",
                  "split.cval = 0",
                  0,
                  "failed",
                  "step 4110: loss is not finite (ce_p = nan) & \"more\"",
                  2,
                  1,
                  "1,1",
                  60,
                  {}});
  rows.push_back(
      {"w0", "dropout_only/cval1", "dropout_only", "split.cval = 1", 1, "waiting", "", 0, 0, "", 0, {}});
  records::write_merged(
      out, rows, [] {},
      [&](h5::File& file) {
        if (with_index) report::write_score_index(file);
      });
}

/// What a large sweep gives: trials with one score each, every hundredth failed.
inline report::Gathered many_trials(int count) {
  report::Gathered data;
  data.summaries["dice"];
  for (int i = 0; i < count; ++i) {
    auto run = report::RunSummary{};
    run.experiment = "grid", run.run_id = std::to_string(i), run.state = "complete", run.commit = "c0ffee";
    run.scores[{"acdc", "FTN"}].value = 0.5 + 1e-5 * i;
    data.summaries["dice"].push_back(run);
    data.configs.set(size_t(i),
                     "[training]\nlearning_rate = " + std::to_string(i) + "e-6\nbatch_size = 20\n");
    data.environments.set(size_t(i), "host = \"n" + std::to_string(i % 16) + "\"\n");
    data.trials.push_back({.label = "grid/lr" + std::to_string(i),
                           .name = "grid",
                           .id = run.run_id,
                           .settings = "training.learning_rate = " + std::to_string(i) +
                                       "e-6; split.cval = " + std::to_string(i % 3),
                           .state = i % 100 == 7 ? "failed" : "done",
                           .reason = i % 100 == 7 ? "out of memory" : "",
                           .widths = "1",
                           .seconds = 60.0 + i,
                           .run = size_t(i)});
  }
  return data;
}

}  // namespace tandem::test
