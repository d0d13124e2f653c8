#include "cli/team.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/console.h"
#include "base/error.h"
#include "base/host.h"
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
  comm::RankRecord record{.rank = world.rank(), .host = host_name(), .pid = ::getpid()};
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

comm::BackendChoice choose_backend(const experiment::ExperimentConfig& config, int width,
                                   const std::vector<comm::RankRecord>& records, const Gpus& gpus) {
  const bool all_have =
      std::ranges::all_of(records, [](const auto& record) { return record.visible_gpus > 0; });
  return comm::choose_backend(
      config.comm.backend,
      {.world_size = width, .on_gpu = all_have, .gpu_for_each_rank = all_have, .nccl_problem = gpus.problem});
}

/// Errors that a team agrees on must not end other teams in their work: they are held until all are done.
void wait_for_all(comm::Communicator& world, const std::function<void()>& work) {
  std::optional<CommonError> ended;
  try {
    work();
  } catch (const CommonError& error) {
    ended = error;
  }
  double code = ended ? int(ended->code()) : 0;
  world.host_all_reduce({&code, 1}, comm::Op::Max);
  if (ended) throw CommonError(*ended);
  if (code > 0) throw CommonError("another team stopped", ExitCode(int(code)));
}

void run(comm::Communicator& world, const experiment::ExperimentConfig& config, const TeamOptions& options,
         const std::function<void(const experiment::Team&, int)>& work) {
  const int width = options.width > 0 ? int(options.width) : world.size();
  if (world.size() % width != 0)
    throw CommonError(
        fmt::format("--width {} does not divide the {} ranks of this job", width, world.size()));
  if (world.size() == 1) return work({world}, 0);
  comm::Watchdog watchdog(config.watchdog);
  watchdog.phase(comm::Phase::Start, 0);
  const auto node = world.split_by_node();
  const int number = world.rank() / width;
  auto group = world.split(number);
  const auto team_node = group->split_by_node();
  watchdog.share(*group, *team_node, team_node->size() == width ? "" : options.progress);
  const auto gpus = find_gpus(config.training.device, node->rank());
  const auto records =
      comm::check_ranks(world, record_of(config, world, *node, gpus), config.comm.allow_shared_gpu);
  const auto choice = choose_backend(config, width, records, gpus);
  console::say("{} ranks{}: backend {} ({})", world.size(),
               world.size() == width ? "" : fmt::format(" in teams of {}", width),
               comm::name_of(choice.backend), choice.reason);
  if (choice.backend == comm::Backend::Nccl) {
    group = comm::make_nccl_communicator(gpus.library, std::move(group),
                                         {.device = gpus.device,
                                          .current_stream = current_cuda_stream,
                                          .start_limit_s = config.watchdog.start_s});
    watchdog.set_hooks({.abort = [&] { group->abort(); }, .fault = [&] { return comm::nccl_fault(*group); }});
  }
  wait_for_all(world, [&] {
    work({*group, &watchdog, team_node.get(), node->rank(), node->size()}, number);
    watchdog.phase(comm::Phase::Idle, 0);
  });
  watchdog.set_hooks({});
}

}  // namespace

void run_in_teams(const experiment::ExperimentConfig& config, const TeamOptions& options,
                  const std::function<void(const experiment::Team&, int)>& work) {
  run_on_ranks([&](comm::Communicator& world) { run(world, config, options, work); });
}

}  // namespace tandem::cli
