#include "report/provenance.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tandem::report {

void add_provenance(Provenance& provenance, const RunSummary& run, const std::set<std::string>& domains) {
  provenance.runs.push_back(fmt::format("{} (seed {}, cval {})", run.name(), run.seed, run.cval));
  provenance.run_commits.insert(run.commit);
  for (const auto& domain : domains) {
    const auto hash = run.data_sha256.find(domain);
    provenance.data[domain].insert(hash == run.data_sha256.end() ? "unknown" : hash->second.substr(0, 12));
  }
}

std::vector<std::string> provenance_lines(const Provenance& provenance) {
  std::vector<std::string> data;
  for (const auto& [domain, hashes] : provenance.data)
    data.push_back(fmt::format("{} {}", domain, fmt::join(hashes, " and ")));
  const auto or_none = [](const std::string& text) { return text.empty() ? std::string("none") : text; };
  std::string runs;
  for (const auto& run : provenance.runs) runs += (runs.empty() ? "" : "; ") + run;
  return {"runs: " + or_none(runs),
          fmt::format("commit: runs {}; table {}",
                      or_none(fmt::format("{}", fmt::join(provenance.run_commits, " and "))),
                      provenance.report_commit),
          "data (SHA-256): " + or_none(join(data, "; "))};
}

}  // namespace tandem::report
