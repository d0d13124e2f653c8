#pragma once
#include <cstddef>

namespace tandem::comm {

/// Goes up with every change of NcclTable; a plug-in of another number is refused.
inline constexpr int kNcclTableAbi = 1;

/// Bytes of the id by which the ranks of a group find each other.
inline constexpr std::size_t kNcclIdBytes = 128;

/// What the plug-in offers: NCCL and the CUDA runtime behind plain pointers, so that the program links
/// neither.
///
/// A lane is a stream of its own on one device; a group is an NCCL communicator that works on a lane; an
/// event marks a place in a lane. `stream` is the caller's cudaStream_t (null: the default stream). Every
/// function returns null, or a text on what went wrong that is valid until the thread's next call. Nothing
/// waits for the device or for other ranks unless said so.
struct NcclTable {
  int abi;  ///< of the one symbol that the plug-in exports: `extern "C" const NcclTable* tandem_nccl_table()`

  /// Version numbers as the libraries give them; driver 0 = none.
  const char* (*versions)(int* nccl, int* runtime, int* driver);
  const char* (*device_count)(int* count);
  /// PCI bus id as text ("0000:3b:00.0").
  const char* (*bus_id)(int device, char* text, int capacity);

  const char* (*allocate)(int device, std::size_t bytes, void** memory);
  const char* (*release)(void* memory);
  /// Copies between host and device in any direction; waits.
  const char* (*copy)(void* to, const void* from, std::size_t bytes);

  const char* (*open_lane)(int device, void** lane);
  const char* (*close_lane)(void* lane);
  /// What is queued in the lane from now on starts after what is queued in the stream so far.
  const char* (*follow)(void* lane, void* stream);
  /// An event after all that is queued in the lane so far; give it back to recycle().
  const char* (*mark)(void* lane, void** event);
  /// What is queued in the stream from now on starts after the event.
  const char* (*precede)(void* event, void* stream);
  void (*recycle)(void* lane, void* event);
  /// Waits on the host for all that is queued in the lane.
  const char* (*drain)(void* lane);

  const char* (*new_id)(char* id);
  /// Begins to connect; poll() tells when it is done. The group must be destroyed or aborted even on failure.
  const char* (*start_group)(void* lane, int rank, int size, const char* id, void** group);
  /// ready = 1 once the last call on the group has been taken in, 0 while it has not; or the group's error.
  const char* (*poll)(void* group, int* ready);
  /// In place; is_double: float64 elements, else float32. Poll before the next call and before mark().
  const char* (*sum)(void* group, void* data, std::size_t count, int is_double);
  const char* (*broadcast)(void* group, void* data, std::size_t count, int is_double, int root);
  /// Begins to close: poll until ready, then destroy.
  const char* (*finish_group)(void* group);
  const char* (*destroy_group)(void* group);
  /// Ends what is under way and frees the group; may hang in some NCCL versions.
  const char* (*abort_group)(void* group);
};

}  // namespace tandem::comm
