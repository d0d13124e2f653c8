#pragma once
#include "report/gather.h"

namespace tandem::report {

/// The table of a sweep that nobody described: a row for every experiment that a trial or run belongs to, a
/// column for every data set (FTN), and the averages over all data sets by network.
TableSpec automatic_spec(const Gathered& data, const std::string& metric);

}  // namespace tandem::report
