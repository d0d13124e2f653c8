#pragma once
#include "comm/communicator.h"

namespace tandem::comm {

/// Starts MPI (thread level MULTIPLE) for the life of the object; not collective, once per process. Errors if
/// MPI cannot start or grants fewer threads.
class MpiSession {
 public:
  MpiSession();
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  /// All ranks of the job, over host memory; collective.
  std::unique_ptr<Communicator> world();
};

/// "Open MPI v4.1.4, ..." of the library that is loaded.
std::string mpi_version();

}  // namespace tandem::comm
