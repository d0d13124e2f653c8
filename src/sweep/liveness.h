#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "base/timer.h"

namespace tandem::sweep {

/// A process as others can recognise it.
struct Owner {
  std::string host;     ///< for people
  std::string machine;  ///< boot id and process name space: pids mean the same only where it is equal
  std::int64_t pid = 0;
  std::int64_t start = 0;        ///< clock ticks since boot: tells a process from a later one with its number
  std::string cluster, job;      ///< Slurm's, "local" and "12_3"; empty outside of Slurm
  std::int64_t job_restart = 0;  ///< how often Slurm had requeued the job
};

/// This process; cluster, job and restart are for the caller to fill in (libraries do not read the
/// environment).
Owner this_process();

/// Clock ticks between boot and the start of a process; 0 if it does not run (a zombie does not run).
std::int64_t process_start(std::int64_t pid);

/// Says for certain, without waiting for a lease to run out, that an owner is gone. Not thread-safe.
class Obituaries {
 public:
  /// Asks a job's state; empty = the job is gone, "?" = nobody knows.
  using AskQueue = std::function<std::string(const std::string& job)>;

  Obituaries(Owner self, AskQueue ask, double ask_again_s);
  /// "its process has ended", "its job has ended", ..., or "" if the owner may be alive.
  std::string reason(const Owner& owner);

 private:
  struct Answer {
    std::string state;
    Timer age;
  };
  const std::string& state_of(const std::string& job);

  Owner self_;
  AskQueue ask_;
  double ask_again_s_;
  std::map<std::string, Answer> answers_;
};

/// What squeue says of a job, by default its state ("RUNNING"); empty if it does not know the job, "?" where
/// there is no squeue or it does not answer.
/// @param field as for squeue's option -o
std::string ask_squeue(const std::string& job, const std::string& field = "%T");

}  // namespace tandem::sweep
