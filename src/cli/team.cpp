#include "cli/team.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <unistd.h>

#include <optional>

#include "base/console.h"
#include "base/error.h"
#include "cli/job.h"
#include "comm/nccl.h"
#include "comm/startup.h"

namespace tandem::cli {
namespace {

/// The stream that LibTorch computes on, without linking its CUDA library.
void* current_cuda_stream() {
  const c10::impl::VirtualGuardImpl guard(c10::kCUDA);
  return guard.getStream(guard.getDevice()).native_handle();
}

/// What this rank has in the way of GPUs; the reason if it has none.
struct Gpus {
  std::shared_ptr<const comm::NcclLibrary> library;
  std::string problem;
  int visible = 0, device = 0;
};

Gpus find_gpus(const std::string& wanted_device, int local_rank) {
  Gpus gpus;
  if (wanted_device == "cpu") {
    gpus.problem = "training.device = \"cpu\"";
    return gpus;
  }
  try {
    gpus.library = comm::NcclLibrary::load(comm::nccl_plugin_path());
    gpus.visible = gpus.library->device_count();
    gpus.device = comm::device_of_local_rank(local_rank, gpus.visible);
  } catch (const Error& error) {
    gpus.problem = error.what();
  }
  return gpus;
}

comm::RankRecord record_of(const experiment::ExperimentConfig& config, const comm::Communicator& world,
                           const comm::Communicator& node, const Gpus& gpus) {
  comm::RankRecord record{.rank = world.rank(), .host = comm::host_name(), .pid = ::getpid()};
  record.local_rank = node.rank();
  record.visible_gpus = gpus.visible;
  if (gpus.visible > 0) {
    record.gpu = gpus.library->bus_id(gpus.device);
    record.nccl_version = gpus.library->nccl_version();
  }
  record.program = comm::program_hash();
  record.config = config.id();
  record.seed = std::uint64_t(config.training.seed);
  return record;
}

void run(comm::Communicator& world, const experiment::ExperimentConfig& config,
         const std::filesystem::path& folder, const std::function<void(const Team&)>& work) {
  if (world.size() == 1) return work({world});
  comm::Watchdog watchdog(config.watchdog);
  watchdog.phase(comm::Phase::Start, 0);
  const auto node = world.split_by_node();
  const bool one_host = node->size() == world.size();
  watchdog.share(world, *node, one_host ? "" : folder);
  const auto gpus = find_gpus(config.training.device, node->rank());
  const auto records =
      comm::check_ranks(world, record_of(config, world, *node, gpus), config.comm.allow_shared_gpu);
  const bool all_have =
      std::ranges::all_of(records, [](const auto& record) { return record.visible_gpus > 0; });
  const auto choice = comm::choose_backend(config.comm.backend, {.world_size = world.size(),
                                                                 .on_gpu = all_have,
                                                                 .gpu_for_each_rank = all_have,
                                                                 .nccl_problem = gpus.problem});
  if (choice.backend == comm::Backend::Self && world.size() > 1)
    fail("comm.backend = \"self\" is for one process, and {} were started", world.size());
  console::say("{} ranks{}: backend {} ({})", world.size(), one_host ? " on one host" : " on several hosts",
               comm::name_of(choice.backend), choice.reason);
  if (choice.backend == comm::Backend::Nccl) {
    const auto group = comm::make_nccl_communicator(gpus.library, world.split(0),
                                                    {.device = gpus.device,
                                                     .current_stream = current_cuda_stream,
                                                     .start_limit_s = config.watchdog.start_s});
    watchdog.set_hooks({.abort = [&] { group->abort(); }, .fault = [&] { return comm::nccl_fault(*group); }});
    work({*group, &watchdog});
    watchdog.set_hooks({});
  } else {
    work({world, &watchdog});
  }
  watchdog.phase(comm::Phase::Idle, 0);
}

}  // namespace

void run_as_team(const experiment::ExperimentConfig& config, const std::filesystem::path& folder,
                 const std::function<void(const Team&)>& work) {
  run_on_ranks([&](comm::Communicator& world) { run(world, config, folder, work); });
}

}  // namespace tandem::cli
