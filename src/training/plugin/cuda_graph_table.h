#pragma once

namespace tandem::training {

/// Goes up with every change of CudaGraphTable; a plug-in of another number is refused.
inline constexpr int kCudaGraphTableAbi = 1;

/// What the plug-in offers: LibTorch's CUDA graphs behind plain pointers, so that the program links no CUDA.
/// The one symbol that it exports: `extern "C" const CudaGraphTable* tandem_cuda_graph_table()`.
///
/// A lane is a stream of its own on one device and the memory that all recordings on it share. Recordings of
/// one lane must not run at the same time, and what one of them leaves behind for others must be memory from
/// before the first, or still be held. Every function returns null, or a text on what went wrong that is
/// valid until the thread's next call. Nothing waits for the device.
struct CudaGraphTable {
  int abi;

  const char* (*open_lane)(int device, void** lane);
  void (*close_lane)(void* lane);
  /// From now on the thread's work goes to the lane, behind what it has queued so far; leave() goes back, and
  /// what is queued then is behind the lane's.
  const char* (*enter)(void* lane);
  const char* (*leave)(void* lane);

  const char* (*new_graph)(void* lane, void** graph);
  void (*free_graph)(void* graph);
  /// In the lane: what is queued between the two is taken down and not carried out.
  const char* (*begin)(void* graph);
  const char* (*end)(void* graph);
  /// Queues what was taken down, on the thread's current stream.
  const char* (*replay)(void* graph);
};

}  // namespace tandem::training
