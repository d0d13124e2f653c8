#include "cli/selftest_checks.h"

#include <fmt/format.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include <map>

#include "base/build_info.h"
#include "base/error.h"
#include "base/host.h"
#include "base/text.h"
#include "comm/mpi.h"
#include "comm/startup.h"
#include "h5/h5.h"

namespace tandem::cli {

void Checklist::run(const std::string& group, const std::string& name,
                    const std::function<std::string()>& check) {
  watchdog_.phase(comm::Phase::Step, std::int64_t(checks_.size()) + 1);
  Check line{group, name};
  try {
    line.value = check();
  } catch (const Skip& skip) {
    line.state = CheckState::Skipped, line.value = skip.reason;
  } catch (const Warn& warning) {
    line.state = CheckState::Warning, line.value = warning.text;
  } catch (const std::exception& error) {
    line.state = CheckState::Failed, line.value = error.what();
  }
  checks_.push_back(line);
}

std::vector<Check> Checklist::agreed() {
  auto heaviest = checks_;
  for (size_t i = 0; i < checks_.size(); ++i) {
    const auto all = ranks_.host_gather(fmt::format("{}{}", int(checks_[i].state), checks_[i].value));
    for (size_t r = 0; r < all.size(); ++r) {
      const auto state = CheckState(all[r][0] - '0');
      if (r > 0 && state <= heaviest[i].state) continue;
      heaviest[i].state = state;
      heaviest[i].value = (r > 0 ? fmt::format("rank {}: ", r) : "") + all[r].substr(1);
    }
  }
  return heaviest;
}

void check_machine(Checklist& list, comm::Communicator& ranks) {
  list.add({"versions", "tandem", CheckState::Ok,
            fmt::format("{} ({}), {}, {}", build_info::kVersion, build_info::kCommit, build_info::kCompiler,
                        build_info::kBuildType)});
  list.add({"versions", "libraries", CheckState::Ok,
            fmt::format("LibTorch {}.{}.{}, HDF5 {}, {}", TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR,
                        TORCH_VERSION_PATCH, h5::library_version(), comm::mpi_version())});
  const auto node = ranks.split_by_node();
  list.run("ranks", "processes", [&] {
    std::map<std::string, int> hosts;
    for (const auto& host : ranks.host_gather(host_name())) ++hosts[host];
    std::vector<std::string> words;
    for (const auto& [host, count] : hosts) words.push_back(fmt::format("{} on {}", count, host));
    return fmt::format("{} by {}: {}", ranks.size(), comm::name_of(ranks.backend()), join(words, ", "));
  });
  list.run("ranks", "same program on all", [&]() -> std::string {
    comm::RankRecord mine{.rank = ranks.rank(), .host = host_name(), .program = comm::program_hash()};
    comm::check_ranks(ranks, mine, true);
    return mine.program.substr(0, 12);
  });
  list.run("ranks", "cores of each rank", [&] {
    const int cores = usable_cores(), machine = int(::sysconf(_SC_NPROCESSORS_ONLN));
    const auto text =
        fmt::format("{} of {}, {} {} on this host: {} threads each", cores, machine, node->size(),
                    node->size() == 1 ? "rank" : "ranks", std::max(1, cores / node->size()));
    if (cores * node->size() < machine)
      throw Warn{text + "; cores are left over: start with mpirun --bind-to none, or srun --cpus-per-task"};
    if (node->size() > machine) throw Warn{text + "; more ranks than cores"};
    return text;
  });
}

std::shared_ptr<const comm::NcclLibrary> check_gpus(Checklist& list, comm::Communicator& ranks) {
  std::shared_ptr<const comm::NcclLibrary> library;
  comm::RankRecord mine{.rank = ranks.rank(), .host = host_name()};
  list.run("gpu", "NCCL plug-in", [&]() -> std::string {
    try {
      library = comm::NcclLibrary::load(comm::nccl_plugin_path());
    } catch (const Error& error) {
      throw Skip{error.what()};
    }
    mine.nccl_version = library->nccl_version();
    return fmt::format("NCCL {}, CUDA runtime {}, driver {}", library->nccl_version(),
                       library->runtime_version(), library->driver_version());
  });
  const auto node = ranks.split_by_node();
  list.run("gpu", "a GPU for each rank", [&]() -> std::string {
    if (!library) throw Skip{"no NCCL plug-in"};
    try {
      mine.visible_gpus = library->device_count();
    } catch (const Error& error) {
      throw Skip{error.what()};
    }
    const int device = comm::device_of_local_rank(node->rank(), mine.visible_gpus);
    mine.gpu = library->bus_id(device);
    return fmt::format("{} visible, rank 0 has {} ({})", mine.visible_gpus, device, mine.gpu);
  });
  double missing = mine.gpu.empty();
  ranks.host_all_reduce({&missing, 1}, comm::Op::Max);
  if (missing > 0) return nullptr;
  // The same text on every rank, so that all take part in what follows, or none.
  std::string conflict;
  try {
    comm::check_ranks(ranks, mine, false);
  } catch (const Error& error) {
    conflict = error.what();
  }
  list.add({"gpu", "no GPU has two ranks", conflict.empty() ? CheckState::Ok : CheckState::Failed, conflict});
  return conflict.empty() ? library : nullptr;
}

}  // namespace tandem::cli
