#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/comparison.h"
#include "report/sheet.h"

namespace tandem::report {

/// What results say about a claim.
enum class Verdict {
  Holds,           ///< in the paper's direction, Holm p below 0.05 (for "comparable": p above 0.1, as there)
  NotSignificant,  ///< in the paper's direction, but chance is not excluded
  DoesNotHold,     ///< in the other direction, or (for "comparable") different
  NotTestable,     ///< runs or scores are missing
};

/// One claim of the paper beside what some runs give.
struct ClaimResult {
  std::string text = {}, network = {};
  std::string first = {}, second = {};        ///< experiments; the claim is that the second is better
  std::string domains = {};                   ///< "acdc-c_bias, ..."
  std::optional<double> published = {};       ///< difference, where the paper's tables give it
  std::optional<Comparison> comparison = {};  ///< over patients; absent = not testable
  std::int64_t first_runs = 0, second_runs = 0;
  Verdict verdict = Verdict::NotTestable;
  std::string missing = {};  ///< "no complete run of 'dropout_only'"
};

/// Names of experiments by their part in the paper; those not given are named like their part.
using Roles = std::map<std::string, std::string>;

/// Tests the claims of the paper by Dice: cooperative above standard training on corrupted images and
/// comparable on clean ones, targeted masks above dropout alone, separate training the lowest of the
/// ablation, corrupted segmentations as a gain, the STN as a larger gain under cooperative training, Adv Bias
/// below standard on spikes. p values are adjusted over the testable ones. Error if a role is not one of the
/// known.
std::vector<ClaimResult> test_claims(const LoadedRuns& loaded, const Roles& roles = {});

/// Claims as a table.
Sheet claims_sheet(const std::vector<ClaimResult>& claims);

/// How claims are tested, for the foot of the table.
inline constexpr const char* kClaimMethod =
    "Unit: the patient (mean over data sets of the mean over its cases, over classes and runs). Difference: "
    "second minus first, with the 95 % BCa bootstrap interval over patients; p: two-sided Wilcoxon "
    "signed-rank "
    "test, adjusted by Holm over the testable claims. Holds: p below 0.05 in the paper's direction; "
    "\"comparable\" is the paper's p above 0.1, unadjusted, which few patients reach easily. Runs differ by "
    "seed "
    "or training set; their spread does not enter the test.";

}  // namespace tandem::report
