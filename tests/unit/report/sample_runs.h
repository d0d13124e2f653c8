#pragma once
#include <map>
#include <string>
#include <vector>

#include "records/run_result.h"
#include "report/table_spec.h"

namespace tandem::test {

/// A complete run without scores.
inline records::RunResult sample_run(const std::string& experiment, const std::string& run_id,
                                     std::int64_t seed = 0) {
  records::RunResult run;
  run.experiment = experiment, run.run_id = run_id, run.state = "complete";
  run.environment = "commit = \"c0ffee\"\n";
  run.seed = seed, run.cval = seed;
  return run;
}

using ClassScores = std::map<std::string, std::vector<double>>;

/// Adds Dice scores; values by class, one per case ("p0_ED", "p0_ES", "p1_ED", ...).
inline void add_scores(records::RunResult& run, const std::string& domain, const std::string& network,
                       const ClassScores& by_class) {
  for (const auto& [klass, values] : by_class)
    for (size_t i = 0; i < values.size(); ++i) {
      const std::string patient = "p" + std::to_string(i / 2), frame = i % 2 == 0 ? "ED" : "ES";
      run.scores.push_back(
          {domain, patient + "_" + frame, patient, frame, network, klass, "dice", values[i]});
    }
  run.data_sha256[domain] = std::string(64, 'a');
}

/// The same score for each class of one case.
inline void add_flat_score(records::RunResult& run, const std::string& domain, const std::string& network,
                           double value) {
  add_scores(run, domain, network, {{"LV", {value}}, {"MYO", {value}}, {"RV", {value}}});
}

/// Rows standard and cooperative (2 runs expected), columns "a", "b" and their average, all FTN.
inline report::TableSpec sample_spec() {
  report::TableSpec spec;
  spec.title = "Title", spec.digits = 3;
  spec.rows = {{"Standard", "standard", 2}, {"Cooperative", "cooperative", 2}};
  spec.columns = {{"A", "FTN", {"a"}}, {"B", "FTN", {"b"}}, {"AVG", "FTN", {"a", "b"}}};
  return spec;
}

}  // namespace tandem::test
