#pragma once
#include <functional>

#include "records/merged_results.h"
#include "sweep/status.h"

namespace tandem::sweep {

/// Copies the results of all trials into one HDF5 file, which tandem-report reads like their run folders;
/// trials without a result are rows that say why. Ordered by id, so that two merges are equal in content.
/// Written anew and atomically; may run while the sweep is at work. Returns the rows.
/// @param merged called after each trial
std::vector<records::MergedRow> aggregate(
    const SweepFolder& sweep, const std::filesystem::path& output,
    const std::function<void()>& merged = [] {});

}  // namespace tandem::sweep
