// A CUDA runtime in host memory: enough of it for the NCCL plug-in. Streams are real queues that run later,
// so that a missing event shows as wrong numbers. It says nothing about a GPU's speed or memory.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "streams.h"

namespace standin {

int setting(const char* name, int fallback) {
  const char* text = std::getenv(name);
  return text ? std::atoi(text) : fallback;
}

Stream::Stream() {
  std::thread([this] { run(); }).detach();
}

void Stream::push(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  changed_.notify_all();
}

void Stream::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return queue_.empty() && !busy_; });
}

void Stream::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return !queue_.empty(); });
    const auto work = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    lock.unlock();
    work();
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

Stream& stream_of(cudaStream_t handle) {
  static auto* default_stream = new Stream;  // never destroyed: its thread runs until the process ends
  return handle ? *reinterpret_cast<Stream*>(handle) : *default_stream;
}

namespace {

struct Event {
  std::mutex mutex;
  std::condition_variable changed;
  long recorded = 0, passed = 0;
};

Event& event_of(cudaEvent_t handle) { return *reinterpret_cast<Event*>(handle); }

int gpus() { return setting("STANDIN_GPUS", 8); }
bool no_driver() { return setting("STANDIN_DRIVER", 13000) == 0; }

}  // namespace
}  // namespace standin

using namespace standin;

extern "C" {

cudaError_t cudaDriverGetVersion(int* version) {
  return *version = setting("STANDIN_DRIVER", 13000), cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) { return *version = CUDART_VERSION, cudaSuccess; }

cudaError_t cudaGetDeviceCount(int* count) {
  if (no_driver()) return cudaErrorInsufficientDriver;  // leaves the count as it was, as the real one does
  *count = gpus();
  return *count == 0 ? cudaErrorNoDevice : cudaSuccess;
}

cudaError_t cudaSetDevice(int device) { return device < gpus() ? cudaSuccess : cudaErrorInvalidDevice; }

cudaError_t cudaDeviceGetPCIBusId(char* text, int capacity, int device) {
  std::snprintf(text, size_t(capacity), "0000:%02x:00.0", device + 1);
  return device < gpus() ? cudaSuccess : cudaErrorInvalidDevice;
}

cudaError_t cudaMalloc(void** memory, size_t bytes) { return *memory = std::malloc(bytes), cudaSuccess; }
cudaError_t cudaFree(void* memory) { return std::free(memory), cudaSuccess; }

cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind) {
  stream_of(nullptr).push([=] { std::memcpy(to, from, bytes); });
  stream_of(nullptr).drain();
  return cudaSuccess;
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
  stream_of(stream).push([=] { function(data); });
  return cudaSuccess;
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* lowest, int* highest) {
  return *lowest = 0, *highest = -5, cudaSuccess;
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned int, int) {
  *stream = reinterpret_cast<cudaStream_t>(new Stream);
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }  // its thread may still run
cudaError_t cudaStreamSynchronize(cudaStream_t stream) { return stream_of(stream).drain(), cudaSuccess; }

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned int) {
  *event = reinterpret_cast<cudaEvent_t>(new Event);
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t) { return cudaSuccess; }  // a stream may still refer to it

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  Event& e = event_of(event);
  const std::lock_guard lock(e.mutex);
  stream_of(stream).push([&e, mark = ++e.recorded] {
    const std::lock_guard inner(e.mutex);
    e.passed = std::max(e.passed, mark);
    e.changed.notify_all();
  });
  return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned int) {
  Event& e = event_of(event);
  const std::lock_guard lock(e.mutex);
  stream_of(stream).push([&e, mark = e.recorded] {
    std::unique_lock inner(e.mutex);
    e.changed.wait(inner, [&] { return e.passed >= mark; });
  });
  return cudaSuccess;
}

cudaError_t cudaGetLastError() { return cudaSuccess; }

const char* cudaGetErrorString(cudaError_t code) {
  switch (code) {
    case cudaSuccess:
      return "no error";
    case cudaErrorInsufficientDriver:
      return "CUDA driver version is insufficient for CUDA runtime version";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    default:
      return "invalid device ordinal";
  }
}

}  // extern "C"
