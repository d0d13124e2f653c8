#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "h5/h5.h"

namespace tandem::records {

inline constexpr const char* kMergedFormat = "tandem-sweep-results";
inline constexpr std::int64_t kMergedFormatVersion = 1;

/// One trial of a sweep in its aggregated file: a row of /table and /provenance, and its result below
/// /trials/<id>.
struct MergedRow {
  std::string id, label, name;
  std::string settings;  ///< "split.cval = 0; training.p = 0.3": what the sweep set
  std::int64_t seed = 0;
  std::string state;   ///< "done" | "failed" | "running" | "waiting" | "unreadable"
  std::string reason;  ///< why there is no result; may be empty
  // How the result came about, kept apart in /provenance since it depends on who ran what and when.
  std::int64_t epoch = 0;             ///< the claim that made the result, or the newest
  std::int64_t restarts = 0;          ///< claims before that one
  std::string widths;                 ///< ranks of each claim, "4,4,2"
  double seconds = 0;                 ///< of all claims together
  std::filesystem::path result = {};  ///< result.h5 to copy; empty if there is none
};

/// Writes the aggregated file atomically. Rows keep their order; a result that cannot be read becomes a row
/// with state "unreadable" and the reason. Calls `copied` after each row, and `finish` with the file before
/// it is closed. Returns the rows as they were written.
std::vector<MergedRow> write_merged(
    const std::filesystem::path& path, std::vector<MergedRow> rows,
    const std::function<void()>& copied = [] {},
    const std::function<void(h5::File&)>& finish = [](h5::File&) {});

/// The rows of an aggregated file as they were written, without `result`; none for a single run's.
std::vector<MergedRow> read_merged_rows(const h5::File& file);

/// Where the results in a file are: "/trials/<id>" for each of an aggregated file, or "" for a single run's.
std::vector<std::string> result_groups(const h5::File& file);

/// "proposed/cval0 (failed)": the trials of an aggregated file that have no result; none for a single run's.
std::vector<std::string> missing_results(const h5::File& file);

}  // namespace tandem::records
