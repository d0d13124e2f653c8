#include "comm/startup.h"

#include <charconv>
#include <map>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"

namespace tandem::comm {
namespace {

template <class Integer>
Integer number(const std::string& text) {
  Integer value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size())
    fail_system("'{}' is no number in a rank's record", text);
  return value;
}

/// Names at most four ranks.
std::string ranks_text(const std::vector<int>& ranks) {
  std::vector<std::string> words;
  for (const int rank : ranks) {
    if (words.size() == 4) {
      words.push_back(fmt::format("... ({} in all)", ranks.size()));
      break;
    }
    words.push_back(std::to_string(rank));
  }
  return (ranks.size() == 1 ? "rank " : "ranks ") + join(words, ", ");
}

/// "" if all ranks have one value, else which rank differs from rank 0 in it.
template <class Value>
std::string find_difference(const std::vector<RankRecord>& records, Value RankRecord::*member,
                            const std::string& what, const std::string& advice) {
  std::vector<int> others;
  for (const auto& record : records)
    if (record.*member != records[0].*member) others.push_back(record.rank);
  if (others.empty()) return "";
  const auto& other = records[size_t(others[0])];
  return fmt::format("{} (host {}: {}) and rank 0 (host {}: {}) have different {}; {}", ranks_text(others),
                     other.host, other.*member, records[0].host, records[0].*member, what, advice);
}

std::string find_missing_gpus(const std::vector<RankRecord>& records) {
  std::map<std::string, std::vector<const RankRecord*>> hosts;
  for (const auto& record : records)
    if (!record.gpu.empty()) hosts[record.host].push_back(&record);
  for (const auto& [host, ranks] : hosts) {
    std::map<std::string, int> gpus;
    for (const auto* record : ranks) ++gpus[record->gpu];
    if (ranks.size() > gpus.size())
      return fmt::format(
          "host {}: {} ranks, {} {}. Start as many ranks as there are GPUs (--gpus-per-node, "
          "--ntasks-per-node), "
          "use comm.backend = \"mpi\", or allow it with comm.allow_shared_gpu = true",
          host, ranks.size(), gpus.size(), gpus.size() == 1 ? "GPU" : "GPUs");
  }
  return "";
}

}  // namespace

std::string to_text(const RankRecord& r) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", r.rank, r.host, r.pid, r.local_rank,
                     r.visible_gpus, r.gpu, r.nccl_version, r.program, r.config, r.seed);
}

RankRecord parse_rank_record(const std::string& text) {
  const auto words = split_words(text, '\t');
  if (words.size() != 10) fail_system("'{}' is no rank's record", text);
  return {.rank = number<int>(words[0]),
          .host = words[1],
          .pid = number<std::int64_t>(words[2]),
          .local_rank = number<int>(words[3]),
          .visible_gpus = number<int>(words[4]),
          .gpu = words[5],
          .nccl_version = words[6],
          .program = words[7],
          .config = words[8],
          .seed = number<std::uint64_t>(words[9])};
}

std::string find_shared_gpu(const std::vector<RankRecord>& records) {
  std::map<std::pair<std::string, std::string>, std::vector<int>> users;
  for (const auto& record : records)
    if (!record.gpu.empty()) users[{record.host, record.gpu}].push_back(record.rank);
  for (const auto& [gpu, ranks] : users)
    if (ranks.size() > 1)
      return fmt::format(
          "host {}: {} would use one GPU ({}). Let each rank of a host see all GPUs (--gpus-per-node, not "
          "--gpus-per-task; no fixed CUDA_VISIBLE_DEVICES), and start no more ranks than GPUs",
          gpu.first, ranks_text(ranks), gpu.second);
  return "";
}

std::string find_conflict(const std::vector<RankRecord>& records, bool allow_shared_gpu) {
  const std::string same_file = "start the same file on all hosts";
  for (const auto& problem :
       {find_difference(records, &RankRecord::program, "programs", same_file),
        find_difference(records, &RankRecord::config, "settings", "give all ranks the same file and --set"),
        find_difference(records, &RankRecord::seed, "seeds", "give all ranks the same seed"),
        find_difference(records, &RankRecord::nccl_version, "versions of NCCL", "install one on all hosts"),
        allow_shared_gpu ? "" : find_missing_gpus(records)})
    if (!problem.empty()) return problem;
  return "";
}

std::vector<RankRecord> check_ranks(Communicator& world, const RankRecord& mine, bool allow_shared_gpu) {
  std::vector<RankRecord> records;
  for (const auto& text : world.host_gather(to_text(mine))) records.push_back(parse_rank_record(text));
  const auto conflict = find_conflict(records, allow_shared_gpu);
  require(conflict.empty(), "{}", conflict);
  return records;
}

Launch detect_launch(const std::function<std::string(const char*)>& value) {
  const auto count = [&](const char* name) {
    return value(name).empty() ? 0 : std::atoi(value(name).c_str());
  };
  Launch launch;
  // First: ranks that mpirun starts inside a batch job inherit the batch step's Slurm variables.
  if (!value("OMPI_COMM_WORLD_SIZE").empty()) {
    launch.start_mpi = true;
    launch.reason = fmt::format("mpirun ({} ranks)", value("OMPI_COMM_WORLD_SIZE"));
    return launch;
  }
  const bool in_step = !value("SLURM_STEP_ID").empty() && !value("SLURM_PROCID").empty();
  if (in_step) launch.slurm_tasks = std::max(1, count("SLURM_STEP_NUM_TASKS"));
  if (!value("PMIX_RANK").empty() || !value("PMI_RANK").empty()) {
    launch.start_mpi = true;
    launch.reason = in_step ? fmt::format("srun ({} tasks)", launch.slurm_tasks) : "a PMI launcher";
    return launch;
  }
  launch.reason = "no launcher";
  if (in_step) {
    require(
        launch.slurm_tasks == 1,
        "srun started {} tasks, but in a way that MPI cannot see: each would work alone on the whole job. "
        "Use srun --mpi=pmix, or mpirun inside the job",
        launch.slurm_tasks);
    launch.reason = "a Slurm step of one task";
  }
  if (count("SLURM_NTASKS") > 1)
    launch.warning = fmt::format(
        "this Slurm job has {} tasks, but tandem was started without srun or mpirun and runs as one "
        "process",
        count("SLURM_NTASKS"));
  return launch;
}

void check_world_size(const Launch& launch, int world_size) {
  require(launch.slurm_tasks <= 1 || world_size > 1,
          "srun started {} tasks, but MPI sees one rank only: each would work alone on the whole job. Use "
          "srun --mpi=pmix with an MPI that was built for it, or mpirun inside the job",
          launch.slurm_tasks);
}

BackendChoice choose_backend(const std::string& wanted, const BackendFacts& facts) {
  const bool alone = facts.world_size == 1;
  if (wanted == "self") {
    require(alone, "comm.backend = \"self\" is for one process, but {} ranks were started", facts.world_size);
    return {Backend::Self, "asked for"};
  }
  if (wanted == "mpi") return {Backend::Mpi, "asked for"};
  std::string obstacle;
  if (!facts.on_gpu)
    obstacle = "the device is the CPU";
  else if (!facts.gpu_for_each_rank)
    obstacle = "not every rank has a GPU of its own";
  else
    obstacle = facts.nccl_problem;
  if (wanted == "nccl") {
    require(obstacle.empty(), "comm.backend = \"nccl\" was asked for, but {}", obstacle);
    return {Backend::Nccl, "asked for"};
  }
  require(wanted == "auto", "comm.backend = \"{}\" is not one of auto, self, mpi, nccl", wanted);
  if (alone) return {Backend::Self, "one process"};
  if (obstacle.empty()) return {Backend::Nccl, "every rank has a GPU of its own"};
  return {Backend::Mpi, obstacle};
}

int device_of_local_rank(int local_rank, int visible_gpus) {
  return visible_gpus > 0 ? local_rank % visible_gpus : 0;
}

std::string program_hash() { return file_sha256("/proc/self/exe"); }

}  // namespace tandem::comm
