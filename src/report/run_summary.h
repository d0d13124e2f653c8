#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "records/run_result.h"
#include "report/selection.h"

namespace tandem::report {

/// The score of one run on one domain by one network.
struct DomainScore {
  std::optional<double>
      value;  ///< mean over classes of the mean over cases (ED and ES pooled); absent: see below
  std::vector<std::string> empty_classes;         ///< without a finite score; value is absent if there is one
  std::int64_t scores = 0, not_finite = 0;        ///< all rows, and those left out of the means
  std::int64_t fewest_cases = 0, most_cases = 0;  ///< rows per class; differ only if scores are lacking
};

/// What tables need from a run; small, so that thousands fit in memory.
struct RunSummary {
  std::string experiment, run_id, state, commit;  ///< commit "unknown" if the environment does not tell
  /// The image-space augmentation that added a loss, with its settings: "advnoise: eps = 0.1, ..."; "" if
  /// none.
  std::string augmentation;
  std::int64_t seed = 0, cval = 0;
  std::map<std::string, std::string> data_sha256;  ///< by domain
  std::map<Selection, DomainScore> scores;         ///< of one metric

  bool complete() const { return state == "complete"; }
  std::string name() const { return experiment + "/" + run_id; }
  /// The score on a domain by a network; null if there are no rows.
  const DomainScore* find(const Selection& selection) const;
  const DomainScore* find(const std::string& domain, const std::string& network) const {
    return find(Selection{domain, network});
  }
};

/// Reduces a run to its means of one metric, stored or derived, over the rows that each filter takes. Error
/// if a case has two scores for the same class and network: which of them counts cannot be known.
RunSummary summarise(const records::RunResult& result, const std::string& metric,
                     const std::set<Filter>& filters = {Filter{}});

}  // namespace tandem::report
