#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "report/claims.h"
#include "report/gather.h"

namespace tandem::report {

/// Gathers what some tables need, and one metric in any case.
Gathered gather_for(const std::vector<TableSpec>& specs, const std::vector<std::filesystem::path>& paths,
                    const std::string& metric);

/// The claims, if there are Dice scores of few enough runs and at least one claim can be tested; else none.
std::vector<ClaimResult> claims_of(const Gathered& data, const Roles& roles);

/// Rows and data sets of a table without any number, each with the command that would make it.
std::vector<std::string> missing_parts(const TableSpec& spec, const Gathered& data);

}  // namespace tandem::report
