#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "comm/nccl_library.h"
#include "comm/watchdog.h"

namespace tandem::cli {

/// In rising order of weight: the heaviest of all ranks counts.
enum class CheckState { Ok, Skipped, Warning, Failed };

/// One line of the self-test.
struct Check {
  std::string group, name;  ///< "files", "rename replaces a file"
  CheckState state = CheckState::Ok;
  std::string value = {};  ///< a figure, or what is wrong
};

/// The checks of a job, made by all ranks in the same order; each has the watchdog's time limit of a step.
class Checklist {
 public:
  Checklist(comm::Communicator& ranks, comm::Watchdog& watchdog) : ranks_(ranks), watchdog_(watchdog) {}

  /// Runs a check, which gives its figure as text; an exception is a failure with its message. A rank whose
  /// check failed goes on, so that the others do not wait for it: a check must not leave a collective half
  /// done.
  void run(const std::string& group, const std::string& name, const std::function<std::string()>& check);
  /// Adds a line that needs no work.
  void add(Check check) { checks_.push_back(std::move(check)); }
  /// Every check with the heaviest state of all ranks, which names its rank. Collective.
  std::vector<Check> agreed();

 private:
  comm::Communicator& ranks_;
  comm::Watchdog& watchdog_;
  std::vector<Check> checks_;
};

/// Throw inside a check: it could not be made, or it found something that works but should not be so.
struct Skip {
  std::string reason;
};
struct Warn {
  std::string text;
};

/// Programs and libraries, processes, cores and threads of each rank.
void check_machine(Checklist& list, comm::Communicator& ranks);

/// Driver, GPUs, binding and NCCL; null if NCCL cannot be used on every rank of the job. Collective.
std::shared_ptr<const comm::NcclLibrary> check_gpus(Checklist& list, comm::Communicator& ranks);

/// Sums, broadcasts, order, latency, bandwidth and overlap over MPI, and over NCCL where every rank has a
/// GPU.
void check_collectives(Checklist& list, comm::Communicator& ranks, double megabytes,
                       std::shared_ptr<const comm::NcclLibrary> nccl);

/// What claims, results and checkpoints ask of a file system, in a folder that all ranks see; leaves nothing
/// there.
void check_files(Checklist& list, comm::Communicator& ranks, const std::filesystem::path& folder);

}  // namespace tandem::cli
