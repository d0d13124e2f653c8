#pragma once
#include <optional>
#include <string>

namespace tandem::cli {

/// What Slurm says of the job that this process belongs to; all empty outside of Slurm.
struct SlurmJob {
  std::string cluster;
  std::string id;  ///< "12", or "12_3" for an array task: the bare number would mean the whole array
  std::int64_t restarts = 0;  ///< how often it was requeued
  std::int64_t task = 0;      ///< number within the array
};
SlurmJob slurm_job();

/// Seconds in "3h50m", "90m", "45s", or Slurm's "minutes:seconds", "hours:minutes:seconds" and
/// "days-hours[:minutes[:seconds]]"; nothing for other words ("UNLIMITED").
std::optional<double> parse_duration(const std::string& text);

/// Seconds until the job's time limit; nothing without one.
std::optional<double> slurm_seconds_left(const SlurmJob& job);

}  // namespace tandem::cli
