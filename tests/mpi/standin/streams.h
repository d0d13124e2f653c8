#pragma once
#include <cuda_runtime_api.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

namespace standin {

/// A setting of the stand-in from the environment, read at every use so that tests can change it:
/// STANDIN_GPUS (number of GPUs, 8), STANDIN_DRIVER (0 = none), STANDIN_NCCL (version code),
/// STANDIN_ABSENT_RANK (this rank never joins a group), STANDIN_SUM_MS (how long a collective takes),
/// STANDIN_ABORT_HANGS.
int setting(const char* name, int fallback);

/// A queue of work with a thread of its own, as a device's stream: what is pushed runs later, in order.
class Stream {
 public:
  Stream();
  void push(std::function<void()> work);
  /// Waits until all that was pushed has run.
  void drain();

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool busy_ = false;
};

/// The stream behind a handle; null is the default stream.
Stream& stream_of(cudaStream_t handle);

}  // namespace standin
