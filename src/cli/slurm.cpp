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
  static const std::regex units(R"((?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)");
  static const std::regex clock(R"((?:(\d+)-)?(?:(\d+):)?(\d+):(\d+))");
  std::smatch part;
  const auto value = [&](int i) { return double(number(part[size_t(i)].str())); };
  if (text.empty()) return std::nullopt;
  if (std::regex_match(text, part, units)) return 3600 * value(1) + 60 * value(2) + value(3);
  if (std::regex_match(text, part, clock))
    return 86400 * value(1) + 3600 * value(2) + 60 * value(3) + value(4);
  return std::nullopt;
}

std::optional<double> slurm_seconds_left(const SlurmJob& job) {
  return job.id.empty() ? std::nullopt : parse_duration(sweep::ask_squeue(job.id, "%L"));
}

}  // namespace tandem::cli
