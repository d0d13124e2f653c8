#pragma once
#include <functional>
#include <memory>

#include "comm/mpi.h"

namespace tandem::cli {

/// Runs a command's work on the ranks of this job: those a launcher (mpirun, srun) started, or this process
/// alone without MPI. Only rank 0 prints. After an error the process ends here, so that no rank waits for one
/// that is gone; the launcher then ends the others.
void run_on_ranks(const std::function<void(comm::Communicator& ranks)>& work);

}  // namespace tandem::cli
