#pragma once
#include <functional>
#include <memory>
#include <string>

#include "comm/communicator.h"
#include "comm/nccl_library.h"

namespace tandem::comm {

/// How a rank takes part in NCCL groups.
struct NcclOptions {
  int device = 0;  ///< index among the GPUs this process sees; see device_of_local_rank
  /// The stream (cudaStream_t) that the caller computes on; empty: the default stream. Asked at every call.
  std::function<void*()> current_stream = {};
  double start_limit_s = 120;  ///< time for NCCL to connect the ranks
};

/// A group over the ranks of an MPI group, each with a GPU of its own; sums and broadcasts work on device
/// memory, on a stream beside the caller's, and never wait for the device on the host. Messages in host
/// memory (host_*) go through MPI. Collective. Error (70) on every rank, with the ranks, hosts and NCCL's own
/// words, if two ranks share a GPU or the ranks cannot be connected in time. Order::Tree gives the bits of
/// the MPI tree.
///
/// Run so far on a stand-in in host memory only (tests/mpi/standin): no GPU has seen this code.
std::unique_ptr<Communicator> make_nccl_communicator(std::shared_ptr<const NcclLibrary> library,
                                                     std::unique_ptr<Communicator> control,
                                                     const NcclOptions& options);

/// What NCCL reports about the running operations of an NCCL group, from any thread: "" while all is well.
/// A lost peer is often seen here long before a deadline passes.
std::string nccl_fault(const Communicator& communicator);

}  // namespace tandem::comm
