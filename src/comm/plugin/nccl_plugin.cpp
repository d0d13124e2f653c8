// The plug-in: the only file of Tandem that is compiled against NCCL and the CUDA runtime. No decisions are
// taken here; they are in comm/nccl.cpp, which is tested without this file's libraries.
#include <cuda_runtime_api.h>
#include <nccl.h>

#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "comm/plugin/nccl_table.h"

static_assert(NCCL_VERSION_CODE >= NCCL_VERSION(2, 14, 0),
              "NCCL 2.14 or later is needed (non-blocking start)");
static_assert(NCCL_UNIQUE_ID_BYTES == tandem::comm::kNcclIdBytes);

namespace tandem::comm {
namespace {

struct Lane {
  int device = 0;
  cudaStream_t stream = nullptr;
  cudaEvent_t caller = nullptr;  // where the caller's stream stood
  std::mutex mutex;
  std::vector<cudaEvent_t> spare;
};

struct Group {
  ncclComm_t comm = nullptr;
  Lane* lane = nullptr;
};

const char* keep(std::string text) {
  thread_local std::string kept;
  kept = std::move(text);
  return kept.c_str();
}

const char* answer(cudaError_t code, const char* call) {
  if (code == cudaSuccess) return nullptr;
  cudaGetLastError();  // the error is ours now: it must not come up in LibTorch's next check
  return keep(std::string(call) + ": " + cudaGetErrorString(code));
}

/// In progress is no error: poll() tells the rest.
const char* answer(ncclResult_t code, const char* call, ncclComm_t comm) {
  if (code == ncclSuccess || code == ncclInProgress) return nullptr;
  std::string text = std::string(call) + ": " + ncclGetErrorString(code);
  const char* more = ncclGetLastError(comm);
  if (more && *more) text += std::string(" (") + more + ")";
  return keep(text);
}

const char* versions(int* nccl, int* runtime, int* driver) {
  *nccl = *runtime = *driver = 0;
  if (const auto* error = answer(ncclGetVersion(nccl), "ncclGetVersion", nullptr)) return error;
  if (const auto* error = answer(cudaRuntimeGetVersion(runtime), "cudaRuntimeGetVersion")) return error;
  return answer(cudaDriverGetVersion(driver), "cudaDriverGetVersion");
}

const char* device_count(int* count) {
  *count = 0;  // the call leaves it untouched on failure
  return answer(cudaGetDeviceCount(count), "cudaGetDeviceCount");
}

const char* bus_id(int device, char* text, int capacity) {
  return answer(cudaDeviceGetPCIBusId(text, capacity, device), "cudaDeviceGetPCIBusId");
}

const char* allocate(int device, std::size_t bytes, void** memory) {
  if (const auto* error = answer(cudaSetDevice(device), "cudaSetDevice")) return error;
  return answer(cudaMalloc(memory, bytes), "cudaMalloc");
}

const char* release(void* memory) { return answer(cudaFree(memory), "cudaFree"); }

const char* copy(void* to, const void* from, std::size_t bytes) {
  return answer(cudaMemcpy(to, from, bytes, cudaMemcpyDefault), "cudaMemcpy");
}

const char* new_event(cudaEvent_t* event) {
  return answer(cudaEventCreateWithFlags(event, cudaEventDisableTiming), "cudaEventCreateWithFlags");
}

const char* open_lane(int device, void** lane) {
  if (const auto* error = answer(cudaSetDevice(device), "cudaSetDevice")) return error;
  int lowest = 0, highest = 0;
  if (const auto* error = answer(cudaDeviceGetStreamPriorityRange(&lowest, &highest), "stream priorities"))
    return error;
  auto* made = new Lane;
  made->device = device;
  *lane = made;
  // Non-blocking: no hidden order with the default stream, which LibTorch computes on.
  if (const auto* error = answer(cudaStreamCreateWithPriority(&made->stream, cudaStreamNonBlocking, highest),
                                 "cudaStreamCreateWithPriority"))
    return error;
  return new_event(&made->caller);
}

const char* close_lane(void* lane) {
  auto* l = static_cast<Lane*>(lane);
  for (auto* event : l->spare) cudaEventDestroy(event);
  if (l->caller) cudaEventDestroy(l->caller);
  const auto code = l->stream ? cudaStreamDestroy(l->stream) : cudaSuccess;
  delete l;
  return answer(code, "cudaStreamDestroy");
}

const char* follow(void* lane, void* stream) {
  auto* l = static_cast<Lane*>(lane);
  if (const auto* error =
          answer(cudaEventRecord(l->caller, static_cast<cudaStream_t>(stream)), "cudaEventRecord"))
    return error;
  return answer(cudaStreamWaitEvent(l->stream, l->caller, 0), "cudaStreamWaitEvent");
}

const char* mark(void* lane, void** event) {
  auto* l = static_cast<Lane*>(lane);
  cudaEvent_t e = nullptr;
  {
    const std::lock_guard lock(l->mutex);
    if (!l->spare.empty()) {
      e = l->spare.back();
      l->spare.pop_back();
    }
  }
  if (!e)
    if (const auto* error = new_event(&e)) return error;
  *event = e;
  return answer(cudaEventRecord(e, l->stream), "cudaEventRecord");
}

const char* precede(void* event, void* stream) {
  return answer(cudaStreamWaitEvent(static_cast<cudaStream_t>(stream), static_cast<cudaEvent_t>(event), 0),
                "cudaStreamWaitEvent");
}

void recycle(void* lane, void* event) {
  auto* l = static_cast<Lane*>(lane);
  const std::lock_guard lock(l->mutex);
  l->spare.push_back(static_cast<cudaEvent_t>(event));
}

const char* drain(void* lane) {
  return answer(cudaStreamSynchronize(static_cast<Lane*>(lane)->stream), "cudaStreamSynchronize");
}

const char* new_id(char* id) {
  ncclUniqueId made;
  const auto* error = answer(ncclGetUniqueId(&made), "ncclGetUniqueId", nullptr);
  if (!error) std::memcpy(id, made.internal, kNcclIdBytes);
  return error;
}

const char* start_group(void* lane, int rank, int size, const char* id, void** group) {
  auto* made = new Group;
  made->lane = static_cast<Lane*>(lane);
  *group = made;
  if (const auto* error = answer(cudaSetDevice(made->lane->device), "cudaSetDevice")) return error;
  ncclUniqueId unique;
  std::memcpy(unique.internal, id, kNcclIdBytes);
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  return answer(ncclCommInitRankConfig(&made->comm, size, unique, rank, &config), "ncclCommInitRankConfig",
                made->comm);
}

const char* poll(void* group, int* ready) {
  auto* g = static_cast<Group*>(group);
  ncclResult_t state = ncclSuccess;
  if (const auto* error = answer(ncclCommGetAsyncError(g->comm, &state), "ncclCommGetAsyncError", g->comm))
    return error;
  *ready = state == ncclSuccess;
  return answer(state, "NCCL", g->comm);
}

ncclDataType_t type_of(int is_double) { return is_double ? ncclFloat64 : ncclFloat32; }

const char* sum(void* group, void* data, std::size_t count, int is_double) {
  auto* g = static_cast<Group*>(group);
  return answer(ncclAllReduce(data, data, count, type_of(is_double), ncclSum, g->comm, g->lane->stream),
                "ncclAllReduce", g->comm);
}

const char* broadcast(void* group, void* data, std::size_t count, int is_double, int root) {
  auto* g = static_cast<Group*>(group);
  return answer(ncclBroadcast(data, data, count, type_of(is_double), root, g->comm, g->lane->stream),
                "ncclBroadcast", g->comm);
}

const char* finish_group(void* group) {
  auto* g = static_cast<Group*>(group);
  return answer(ncclCommFinalize(g->comm), "ncclCommFinalize", g->comm);
}

const char* destroy_group(void* group) {
  auto* g = static_cast<Group*>(group);
  const auto* error = g->comm ? answer(ncclCommDestroy(g->comm), "ncclCommDestroy", nullptr) : nullptr;
  delete g;
  return error;
}

const char* abort_group(void* group) {
  auto* g = static_cast<Group*>(group);
  // The group itself is left alone: another thread may still be inside a call on it, and the process ends
  // soon.
  return g->comm ? answer(ncclCommAbort(g->comm), "ncclCommAbort", nullptr) : nullptr;
}

constexpr NcclTable kTable = {
    kNcclTableAbi, versions, device_count, bus_id,       allocate,      release,     copy,   open_lane,
    close_lane,    follow,   mark,         precede,      recycle,       drain,       new_id, start_group,
    poll,          sum,      broadcast,    finish_group, destroy_group, abort_group,
};

}  // namespace
}  // namespace tandem::comm

extern "C" __attribute__((visibility("default"))) const tandem::comm::NcclTable* tandem_nccl_table() {
  return &tandem::comm::kTable;
}
