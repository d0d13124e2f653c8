#include "report/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace tandem::report {
namespace {

enum class Where { Clean, Corrupted, Spikes, All };
enum class Kind { Better, Comparable, StnGain };

struct Claim {
  const char *text, *first, *second;
  Where where;
  const char* network;
  double published;  ///< second minus first, from Tables 1 and 2; NaN = not given
  Kind kind = Kind::Better;
};

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kLowest = "Separate training is the lowest of the ablation";
constexpr Claim kClaims[] = {
    {"Cooperative training beats standard training on corrupted images", "standard", "proposed",
     Where::Corrupted, "FTN", 0.0717},
    {"Cooperative training beats standard training on corrupted images", "standard", "proposed",
     Where::Corrupted, "FTN+STN", kNone},
    {"Cooperative training beats standard training over all data sets", "standard", "proposed", Where::All,
     "FTN", 0.0741},
    {"Cooperative training beats standard training over all data sets", "standard", "proposed", Where::All,
     "FTN+STN", 0.0883},
    {"On clean images of the training domain both are comparable", "standard", "proposed", Where::Clean,
     "FTN", 0.0015, Kind::Comparable},
    {"Targeted masks beat dropout alone", "dropout_only", "proposed", Where::All, "FTN", 0.0367},
    {"Targeted masks beat dropout alone", "dropout_only", "proposed", Where::All, "FTN+STN", 0.0317},
    {kLowest, "separate", "dropout_only", Where::All, "FTN+STN", 0.0507},
    {kLowest, "separate", "share_code_a", Where::All, "FTN+STN", 0.0791},
    {kLowest, "separate", "share_code_b", Where::All, "FTN+STN", 0.0510},
    {kLowest, "separate", "proposed", Where::All, "FTN+STN", 0.0824},
    {"Corrupted segmentations help beside corrupted images", "proposed_image_only", "proposed", Where::All,
     "FTN+STN", 0.0192},
    {"The STN helps more under cooperative training", "standard", "proposed", Where::All, "FTN+STN - FTN",
     0.0142, Kind::StnGain},
    {"Adv Bias is below standard training on spikes", "adv_bias", "standard", Where::Spikes, "FTN", 0.1061},
};

std::vector<const RunRows*> complete_runs(const LoadedRuns& loaded, const std::string& experiment) {
  std::vector<const RunRows*> out;
  for (const auto& run : loaded.runs)
    if (run.summary.experiment == experiment && run.summary.complete()) out.push_back(&run);
  return out;
}

std::set<std::string> domains_of(const std::vector<const RunRows*>& runs) {
  std::set<std::string> out;
  for (const auto* run : runs)
    for (const auto& row : run->rows) out.insert(row.domain);
  return out;
}

/// The data sets that both methods were scored on and that a claim is about.
std::vector<std::string> domains_for(Where where, const std::vector<const RunRows*>& first,
                                     const std::vector<const RunRows*>& second) {
  const auto of_first = domains_of(first), of_second = domains_of(second);
  const auto corrupted = [](const std::string& domain) { return domain.find("-c_") != std::string::npos; };
  std::set<std::string> originals;
  for (const auto& domain : of_first)
    if (corrupted(domain)) originals.insert(domain.substr(0, domain.find("-c_")));
  std::vector<std::string> out;
  for (const auto& domain : of_first) {
    const bool fits = where == Where::All || (where == Where::Corrupted && corrupted(domain)) ||
                      (where == Where::Spikes && domain.ends_with("-c_spike")) ||
                      (where == Where::Clean && (originals.contains(domain) || of_first.size() == 1));
    if (fits && of_second.contains(domain)) out.push_back(domain);
  }
  return out;
}

/// Scores of cases by a network, or what the STN adds to them.
CaseScores scores_for(const Claim& claim, const std::vector<const RunRows*>& runs,
                      const std::vector<std::string>& domains) {
  if (claim.kind != Kind::StnGain) return case_scores(runs, {"", claim.network, domains}, "dice");
  const auto without = case_scores(runs, {"", "FTN", domains}, "dice");
  CaseScores gains;
  for (const auto& [name, with] : case_scores(runs, {"", "FTN+STN", domains}, "dice"))
    if (const auto found = without.find(name); found != without.end()) {
      gains[name] = with;
      gains[name].value -= found->second.value;
    }
  return gains;
}

/// Cases that the other has as well.
CaseScores shared_with(const CaseScores& cases, const CaseScores& other) {
  CaseScores out;
  for (const auto& entry : cases)
    if (other.contains(entry.first)) out.insert(entry);
  return out;
}

ClaimResult test(const Claim& claim, const LoadedRuns& loaded, const Roles& names) {
  ClaimResult result{.text = claim.text, .network = claim.network};
  if (!std::isnan(claim.published)) result.published = claim.published;
  const auto name_of = [&](const char* role) {
    return names.contains(role) ? names.at(role) : std::string(role);
  };
  result.first = name_of(claim.first), result.second = name_of(claim.second);
  const auto first = complete_runs(loaded, result.first), second = complete_runs(loaded, result.second);
  result.first_runs = std::int64_t(first.size()), result.second_runs = std::int64_t(second.size());
  std::vector<std::string> missing;
  for (const auto& [name, runs] : {std::pair(&result.first, &first), std::pair(&result.second, &second)})
    if (runs->empty()) missing.push_back(fmt::format("'{}'", *name));
  if (!missing.empty()) {
    result.missing = "no complete run of " + join(missing, " and ");
    return result;
  }
  const auto domains = domains_for(claim.where, first, second);
  result.domains = join(domains, ", ");
  const auto a = scores_for(claim, first, domains), b = scores_for(claim, second, domains);
  const auto of_first = by_patient(shared_with(a, b)), of_second = by_patient(shared_with(b, a));
  if (of_first.size() < 2)
    result.missing =
        fmt::format("{} patients with {} scores of both on data sets of this kind; two or more needed",
                    of_first.size(), claim.network);
  else
    result.comparison = compare_cases(of_first, of_second, 0);
  return result;
}

Verdict verdict_of(const Claim& claim, const Comparison& c) {
  if (claim.kind == Kind::Comparable) return c.wilcoxon_p > 0.1 ? Verdict::Holds : Verdict::DoesNotHold;
  if (c.difference <= 0) return Verdict::DoesNotHold;
  return c.holm_p < 0.05 ? Verdict::Holds : Verdict::NotSignificant;
}

std::string words(const ClaimResult& result) {
  switch (result.verdict) {
    case Verdict::Holds:
      return "holds";
    case Verdict::NotSignificant:
      return "in this direction, not significant";
    case Verdict::DoesNotHold:
      return "does not hold";
    case Verdict::NotTestable:
      break;
  }
  return "not testable: " + result.missing;
}

}  // namespace

std::vector<ClaimResult> test_claims(const LoadedRuns& loaded, const Roles& roles) {
  std::set<std::string> known;
  for (const auto& claim : kClaims) known.insert(claim.first), known.insert(claim.second);
  Roles names = roles;
  for (const auto& [role, experiment] : roles)
    require(known.contains(role), "'{}' is no part that a claim names; there are: {}", role,
            fmt::join(known, ", "));
  // The scaled and the quick experiments call the method by its plain name.
  if (!names.contains("proposed") && complete_runs(loaded, "proposed").empty() &&
      !complete_runs(loaded, "cooperative").empty())
    names["proposed"] = "cooperative";
  std::vector<ClaimResult> results;
  std::vector<Comparison> comparisons;
  for (const auto& claim : kClaims) {
    results.push_back(test(claim, loaded, names));
    if (results.back().comparison) comparisons.push_back(*results.back().comparison);
  }
  adjust_together(comparisons);
  size_t next = 0;
  for (size_t i = 0; i < results.size(); ++i)
    if (auto& result = results[i]; result.comparison) {
      result.comparison = comparisons[next++];
      result.verdict = verdict_of(kClaims[i], *result.comparison);
    }
  return results;
}

Sheet claims_sheet(const std::vector<ClaimResult>& claims) {
  Sheet sheet{.title = "Claims of the paper, Dice",
              .caption = kClaimMethod,
              .legend = "",
              .header = {"claim", "verdict", "network", "first", "second", "published", "difference",
                         "patients", "runs", "p (Holm)"},
              .rows = {},
              .notes = {},
              .provenance = {}};
  for (const auto& c : claims) {
    std::vector<SheetCell> row = {
        {c.text}, {words(c), c.verdict == Verdict::Holds}, {c.network}, {c.first}, {c.second}};
    row.push_back({c.published ? fmt::format("{:+.4f}", *c.published) : "-"});
    if (const auto& t = c.comparison) {
      row[3].rest = fmt::format(" {:.4f}", t->first), row[4].rest = fmt::format(" {:.4f}", t->second);
      row.push_back({fmt::format("{:+.4f}", t->difference), false,
                     fmt::format(" [{:+.4f}, {:+.4f}]", t->interval.low, t->interval.high)});
      row.push_back({fmt::format("{}", t->pairs)});
      row.push_back({fmt::format("{} + {}", c.first_runs, c.second_runs)});
      row.push_back({format_p(t->holm_p), false, fmt::format(" (alone {})", format_p(t->wilcoxon_p))});
    } else {
      row.insert(row.end(), 4, SheetCell{"-"});
    }
    sheet.rows.push_back(row);
  }
  return sheet;
}

}  // namespace tandem::report
