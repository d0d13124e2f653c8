#include "cli/slurm.h"

#include <cstdlib>
#include <regex>

#include "base/text.h"
#include "cli/environment.h"
#include "sweep/liveness.h"

namespace tandem::cli {
namespace {

std::int64_t number(const std::string& text) { return text.empty() ? 0 : std::atoll(text.c_str()); }

}  // namespace

SlurmJob slurm_job() {
  SlurmJob job;
  job.cluster = environment("SLURM_CLUSTER_NAME");
  job.id = environment("SLURM_JOB_ID");
  const auto array = environment("SLURM_ARRAY_JOB_ID"), task = environment("SLURM_ARRAY_TASK_ID");
  if (!array.empty() && !task.empty()) job.id = array + "_" + task;
  job.restarts = number(environment("SLURM_RESTART_COUNT"));
  job.task = number(task);
  return job;
}

std::optional<double> parse_duration(const std::string& text) {
  // At most nine digits: more would not be time that anybody has.
  static const std::regex units(R"((?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?)");
  static const std::regex clock(R"((?:(\d{1,9}):)?(\d{1,9}):(\d{1,9}))");
  static const std::regex days(R"((\d{1,9})-(\d{1,9})(?::(\d{1,9}))?(?::(\d{1,9}))?)");
  std::smatch part;
  const auto value = [&](int i) { return double(number(part[size_t(i)].str())); };
  const auto hours = [&](int first) {
    return 3600 * value(first) + 60 * value(first + 1) + value(first + 2);
  };
  if (text.empty()) return std::nullopt;
  if (std::regex_match(text, part, units) || std::regex_match(text, part, clock)) return hours(1);
  if (std::regex_match(text, part, days)) return 86400 * value(1) + hours(2);
  return std::nullopt;
}

std::optional<double> slurm_seconds_left(const SlurmJob& job) {
  return job.id.empty() ? std::nullopt : parse_duration(sweep::ask_squeue(job.id, "%L"));
}

}  // namespace tandem::cli
