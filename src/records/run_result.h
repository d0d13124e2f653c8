#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "records/scores.h"

namespace tandem::records {

inline constexpr const char* kResultFormat = "tandem-result";
inline constexpr std::int64_t kResultFormatVersion = 1;

/// Learning curves: named columns of equal length, one row per epoch ("epoch", "loss", "ce_p",
/// "val_stn_miou", ...).
using History = std::map<std::string, std::vector<double>>;

/// result.h5 of a run folder: all that tables and figures need, readable without LibTorch.
struct RunResult {
  std::string experiment;   ///< "proposed": the row of a table
  std::string run_id;       ///< "1f3a9c02": hash of the resolved settings
  std::string config;       ///< resolved settings as TOML
  std::string environment;  ///< hosts, versions, commit, devices as TOML
  std::string state;        ///< "complete" | "stopped"
  std::int64_t seed = 0, cval = 0;
  History history;
  std::vector<ScoreRow> scores;
  std::map<std::string, std::string> data_sha256;  ///< by domain: what the scores were computed from
};

/// Writes result.h5 atomically.
void write_result(const std::filesystem::path& path, const RunResult& result);

/// Reads result.h5; errors name the file and what is wrong.
RunResult read_result(const std::filesystem::path& path);
/// The same from a group of an open file; "" is the root.
RunResult read_result(const h5::File& file, const std::string& group);

}  // namespace tandem::records
