#include "sweep/liveness.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/host.h"
#include "base/text.h"

namespace tandem::sweep {
namespace {

std::string first_line(const char* path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

std::string link_target(const char* path) {
  std::array<char, 256> target = {};
  const auto length = ::readlink(path, target.data(), target.size());
  return length > 0 ? std::string(target.data(), size_t(length)) : "";
}

bool is_job_id(const std::string& job) {
  return !job.empty() && job.find_first_not_of("0123456789_") == std::string::npos;
}

}  // namespace

std::int64_t process_start(std::int64_t pid) {
  const std::string stat = first_line(("/proc/" + std::to_string(pid) + "/stat").c_str());
  // The second field is the program's name in brackets, which may hold anything.
  const auto bracket = stat.rfind(')');
  if (bracket == std::string::npos) return 0;
  std::istringstream fields(stat.substr(bracket + 1));
  std::string state, skipped;
  fields >> state;
  if (state == "Z" || state == "X") return 0;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  std::int64_t start = 0;
  fields >> start;
  return start;
}

Owner this_process() {
  Owner owner;
  owner.host = host_name();
  owner.machine = first_line("/proc/sys/kernel/random/boot_id") + " " + link_target("/proc/self/ns/pid");
  owner.pid = ::getpid();
  owner.start = process_start(owner.pid);
  return owner;
}

Obituaries::Obituaries(Owner self, AskQueue ask, double ask_again_s)
    : self_(std::move(self)), ask_(std::move(ask)), ask_again_s_(ask_again_s) {}

const std::string& Obituaries::state_of(const std::string& job) {
  const auto known = answers_.find(job);
  if (known != answers_.end() && known->second.age.seconds() < ask_again_s_) return known->second.state;
  return answers_.insert_or_assign(job, Answer{ask_(job), Timer()}).first->second.state;
}

std::string Obituaries::reason(const Owner& owner) {
  if (owner.machine == self_.machine && owner.start > 0)
    return process_start(owner.pid) == owner.start ? "" : "its process has ended";
  if (owner.job.empty() || owner.cluster != self_.cluster) return "";
  if (owner.job == self_.job && owner.job_restart != self_.job_restart) return "its job was requeued";
  if (owner.job == self_.job) return "";
  const auto& state = state_of(owner.job);
  if (state.empty()) return "its job has ended";
  return state == "PENDING" ? "its job was requeued" : "";
}

std::string ask_squeue(const std::string& job, const std::string& field) {
  if (!is_job_id(job)) return "?";
  std::FILE* pipe = ::popen(("timeout 10 squeue -h -o " + field + " -j " + job + " 2>&1").c_str(), "r");
  if (!pipe) return "?";
  std::string answer;
  std::array<char, 512> buffer;
  while (std::fgets(buffer.data(), int(buffer.size()), pipe)) answer += buffer.data();
  const int code = ::pclose(pipe);
  // Slurm forgets a job some minutes after its end; before that it lists nothing for it.
  if (answer.find("Invalid job id") != std::string::npos) return "";
  if (code != 0) return "?";
  return answer.substr(0, answer.find('\n'));
}

}  // namespace tandem::sweep
