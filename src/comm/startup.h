#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "comm/communicator.h"

namespace tandem::comm {

/// What a rank is and works with; compared over all ranks before anything starts.
struct RankRecord {
  int rank = 0;
  std::string host = {};
  std::int64_t pid = 0;
  int local_rank = 0;             ///< among the ranks of its host
  int visible_gpus = 0;           ///< GPUs it sees
  std::string gpu = {};           ///< PCI bus id of the one it uses; "" = none
  std::string nccl_version = {};  ///< "" = none
  std::string program = {};       ///< hash of the executable
  std::string config = {};        ///< hash of the resolved settings
  std::uint64_t seed = 0;
};

/// One line of text and back; Error (70) on text that is no record.
std::string to_text(const RankRecord& record);
RankRecord parse_rank_record(const std::string& text);

/// "" or one message on ranks that must not work together: another program, settings, seed or NCCL, one GPU
/// for two ranks of a host (unless allowed), more ranks than GPUs on a host.
std::string find_conflict(const std::vector<RankRecord>& records, bool allow_shared_gpu);

/// "" or which ranks of a host would use one GPU, for NCCL, which refuses that whatever is allowed.
std::string find_shared_gpu(const std::vector<RankRecord>& records);

/// Gathers the records of all ranks; Error (65), the same on every rank, if they conflict. Collective.
std::vector<RankRecord> check_ranks(Communicator& world, const RankRecord& mine, bool allow_shared_gpu);

/// How the process was started, from the variables that launchers set.
struct Launch {
  bool start_mpi = false;
  std::string reason = {};   ///< for the log: "mpirun (4 ranks)", "no launcher"
  std::string warning = {};  ///< "" or what the user probably did not mean
  int slurm_tasks = 0;       ///< tasks of the Slurm step this process belongs to; 0 = none
};

/// Reads a launcher's variables; `value` gives one by name, "" if it is not set. Error (65) if Slurm started
/// several tasks in a way that MPI cannot see.
Launch detect_launch(const std::function<std::string(const char*)>& value);

/// Error (65) if Slurm started several tasks but MPI sees a world of one.
void check_world_size(const Launch& launch, int world_size);

/// What a choice of backend depends on.
struct BackendFacts {
  int world_size = 1;
  bool on_gpu = false;             ///< the experiment's device is a GPU
  bool gpu_for_each_rank = false;  ///< every rank of the group has one of its own
  std::string nccl_problem = {};   ///< "" if the plug-in can be used
};

struct BackendChoice {
  Backend backend = Backend::Self;
  std::string reason;  ///< for the log
};

/// `backend = auto|self|mpi|nccl` and the facts to a backend; Error (65) if what was asked for cannot work.
BackendChoice choose_backend(const std::string& wanted, const BackendFacts& facts);

/// The GPU for a rank: local rank modulo the GPUs it sees (a launcher may show each task its own only).
int device_of_local_rank(int local_rank, int visible_gpus);

/// SHA-256 of the running executable, so that ranks of different builds are told apart.
std::string program_hash();

}  // namespace tandem::comm
