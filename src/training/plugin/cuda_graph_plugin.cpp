// The plug-in: the only file of Tandem that is compiled against LibTorch's CUDA part. No decisions are taken
// here; they are in training/step_graph.cpp, which is tested without this file's libraries. Not run on a GPU
// so far.
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>
#include <c10/util/Exception.h>
#include <cuda_runtime_api.h>

#include <string>

#include "training/plugin/cuda_graph_table.h"

namespace tandem::training {
namespace {

struct Lane {
  explicit Lane(c10::DeviceIndex device)
      : stream(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device)),
        caller(c10::cuda::getCurrentCUDAStream(device)),
        memory(at::cuda::graph_pool_handle()) {
    C10_CUDA_CHECK(cudaEventCreateWithFlags(&place, cudaEventDisableTiming));
  }
  ~Lane() { C10_CUDA_CHECK_WARN(cudaEventDestroy(place)); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// What is queued on `after` from now on starts behind what is queued on `before`.
  void order(const c10::cuda::CUDAStream& before, const c10::cuda::CUDAStream& after) const {
    C10_CUDA_CHECK(cudaEventRecord(place, before.stream()));
    C10_CUDA_CHECK(cudaStreamWaitEvent(after.stream(), place, 0));
  }

  c10::cuda::CUDAStream stream, caller;
  decltype(at::cuda::graph_pool_handle()) memory;
  cudaEvent_t place = nullptr;
};

struct Graph {
  const Lane* lane;
  at::cuda::CUDAGraph recording;
};

/// Runs a call of LibTorch, whose errors are exceptions; they must not leave this library.
template <class Call>
const char* answer(const Call& call) {
  thread_local std::string kept;
  try {
    call();
    return nullptr;
  } catch (const c10::Error& error) {
    kept = error.what_without_backtrace();
  } catch (const std::exception& error) {
    kept = error.what();
  }
  kept = kept.substr(0, kept.find('\n'));  // what follows are links and frames
  return kept.c_str();
}

Lane& lane_of(void* lane) { return *static_cast<Lane*>(lane); }
Graph& graph_of(void* graph) { return *static_cast<Graph*>(graph); }

const char* open_lane(int device, void** lane) {
  return answer([&] { *lane = new Lane(c10::DeviceIndex(device)); });
}

void close_lane(void* lane) { delete &lane_of(lane); }

const char* enter(void* lane) {
  return answer([&] {
    auto& l = lane_of(lane);
    l.caller = c10::cuda::getCurrentCUDAStream(l.stream.device_index());
    l.order(l.caller, l.stream);
    c10::cuda::setCurrentCUDAStream(l.stream);
  });
}

const char* leave(void* lane) {
  return answer([&] {
    const auto& l = lane_of(lane);
    c10::cuda::setCurrentCUDAStream(l.caller);  // first: whatever fails next, the thread is back
    l.order(l.stream, l.caller);
  });
}

const char* new_graph(void* lane, void** graph) {
  return answer([&] { *graph = new Graph{&lane_of(lane), {}}; });
}

void free_graph(void* graph) { delete &graph_of(graph); }

const char* begin(void* graph) {
  return answer([&] { graph_of(graph).recording.capture_begin(graph_of(graph).lane->memory); });
}

const char* end(void* graph) {
  return answer([&] { graph_of(graph).recording.capture_end(); });
}

const char* replay(void* graph) {
  return answer([&] { graph_of(graph).recording.replay(); });
}

constexpr CudaGraphTable kTable = {kCudaGraphTableAbi, open_lane,  close_lane, enter, leave,
                                   new_graph,          free_graph, begin,      end,   replay};

}  // namespace
}  // namespace tandem::training

extern "C" __attribute__((visibility("default"))) const tandem::training::CudaGraphTable*
tandem_cuda_graph_table() {
  return &tandem::training::kTable;
}
