#pragma once
#include <string>

#include "report/gather.h"

namespace tandem::report {

/// Trials without a result, a row each with its reason, and what else was left out on reading.
std::string failures_section(const Gathered& data);

/// Settings and machines: what varied over the runs, what was common.
std::string configuration_section(const Gathered& data);

/// Which programs and machines made the runs, when, and from which data.
std::string provenance_section(const Gathered& data);

/// Every trial, a row each; the script of the page sorts and filters it.
std::string trials_section(const Gathered& data);

/// "Mean over its data sets of one metric by one network": the number of a trial in that list.
std::optional<double> trial_score(const RunSummary& run, const std::string& network);

}  // namespace tandem::report
