#include "cli/job.h"

#include <unistd.h>

#include <cstdio>

#include "base/console.h"
#include "base/error.h"
#include "cli/environment.h"
#include "comm/startup.h"

namespace tandem::cli {
namespace {

/// Leaves without MPI_Finalize, which would wait for ranks that wait for this one.
[[noreturn]] void leave(ExitCode code) {
  std::fflush(nullptr);
  ::_exit(int(code));
}

void run_guarded(comm::Communicator& ranks, const std::function<void(comm::Communicator&)>& work) {
  try {
    work(ranks);
  } catch (const CommonError& error) {
    if (ranks.is_leader() && error.code() == ExitCode::Stopped) console::print(error.what());
    if (ranks.is_leader() && error.code() != ExitCode::Stopped) console::error(error.what());
    leave(error.code());
  } catch (const Error& error) {
    console::error(fmt::format("rank {}: {}", ranks.rank(), error.what()));
    leave(error.code());
  } catch (const std::exception& error) {
    console::error(
        fmt::format("rank {}: {} (this is a bug, or the machine failed)", ranks.rank(), error.what()));
    leave(ExitCode::Failure);
  }
}

}  // namespace

void run_on_ranks(const std::function<void(comm::Communicator&)>& work) {
  const auto launch = comm::detect_launch(environment);
  if (!launch.warning.empty()) console::warn(launch.warning);
  if (!launch.start_mpi) return work(*comm::make_self_communicator());
  console::set_plain(true);
  comm::MpiSession session;
  const auto world = session.world();
  comm::check_world_size(launch, world->size());
  if (!world->is_leader()) console::set_quiet(true);
  if (world->size() == 1) return work(*world);
  run_guarded(*world, work);
}

}  // namespace tandem::cli
