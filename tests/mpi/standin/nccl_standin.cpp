// NCCL in host memory: the ranks of a group meet in a POSIX shared-memory segment whose name travels in the
// unique id. Calls behave as on a non-blocking communicator: they are taken in only after some polls, run
// later in their stream, and wait for absent ranks until an abort. Sums are in rank order.
#include <fcntl.h>
#include <nccl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "streams.h"

using standin::setting;

namespace {

constexpr int kMostRanks = 16;
constexpr size_t kSlotBytes = 256 << 10;

struct Segment {
  std::atomic<int> joined, arrived, round, aborted, closing;
  alignas(64) char slots[kMostRanks][kSlotBytes];
};

void nap() { std::this_thread::sleep_for(std::chrono::microseconds(50)); }

}  // namespace

struct ncclComm {
  Segment* segment = nullptr;
  std::string name;
  int rank = 0, size = 1;
  bool connected = false, absent = false, closing = false;
  std::atomic<int> error = ncclSuccess;
  std::function<void()> pending;  // a call that is not taken in yet
  int polls_left = 0;

  /// False if the group was aborted meanwhile.
  bool meet() {
    const int round = segment->round;
    if (segment->arrived.fetch_add(1) == size - 1) {
      segment->arrived = 0;
      ++segment->round;
    }
    while (segment->round == round && !segment->aborted) nap();
    if (segment->aborted) error = ncclRemoteError;
    return !segment->aborted;
  }

  ncclResult_t take_in(std::function<void()> work) {
    if (error != ncclSuccess) return ncclResult_t(error.load());
    if (!connected || pending) return ncclInvalidUsage;  // the caller must poll first
    pending = std::move(work);
    polls_left = 3;
    return ncclInProgress;
  }
};

namespace {

void unlink_segments();

std::vector<std::string>& made_here() {
  static std::vector<std::string> names;
  static const int registered = std::atexit(unlink_segments);
  (void)registered;
  return names;
}

void unlink_segments() {
  for (const auto& name : made_here()) ::shm_unlink(name.c_str());
}

Segment* map(const char* name, int flags) {
  const int file = ::shm_open(name, flags, 0600);
  if (file < 0) return nullptr;
  void* memory = MAP_FAILED;
  if (::ftruncate(file, sizeof(Segment)) == 0)
    memory = ::mmap(nullptr, sizeof(Segment), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  return memory == MAP_FAILED ? nullptr : static_cast<Segment*>(memory);
}

template <class T>
void add_all(const Segment& segment, int size, size_t count, char* out) {
  auto* sums = reinterpret_cast<T*>(out);
  for (size_t i = 0; i < count; ++i) {
    sums[i] = reinterpret_cast<const T*>(segment.slots[0])[i];
    for (int r = 1; r < size; ++r) sums[i] += reinterpret_cast<const T*>(segment.slots[r])[i];
  }
}

size_t bytes_of(ncclDataType_t type) { return type == ncclFloat64 ? 8 : 4; }

/// Piece by piece: fill(slot, bytes) writes this rank's part, take(slots, bytes, at) reads what all have
/// written.
template <class Take>
void exchange(ncclComm* comm, const char* data, size_t bytes, const Take& take) {
  std::this_thread::sleep_for(std::chrono::milliseconds(setting("STANDIN_SUM_MS", 0)));
  for (size_t at = 0; at < bytes; at += kSlotBytes) {
    const size_t part = std::min(kSlotBytes, bytes - at);
    std::memcpy(comm->segment->slots[comm->rank], data + at, part);
    if (!comm->meet()) return;
    take(at, part);
    if (!comm->meet()) return;
  }
}

}  // namespace

extern "C" {

ncclResult_t ncclGetVersion(int* version) {
  return *version = setting("STANDIN_NCCL", NCCL_VERSION_CODE), ncclSuccess;
}

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  static int made = 0;
  std::memset(id, 0, sizeof *id);
  std::snprintf(id->internal, sizeof id->internal, "/tandem-standin.%d.%d", int(::getpid()), made++);
  Segment* segment = map(id->internal, O_RDWR | O_CREAT | O_EXCL);
  if (!segment) return ncclSystemError;
  made_here().push_back(id->internal);
  ::munmap(segment, sizeof(Segment));
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* made, int size, ncclUniqueId id, int rank,
                                    ncclConfig_t* config) {
  if (size > kMostRanks || config->blocking != 0) return ncclInvalidArgument;
  auto* comm = *made = new ncclComm;
  comm->name = id.internal;
  comm->rank = rank;
  comm->size = size;
  comm->absent = setting("STANDIN_ABSENT_RANK", -1) == rank;
  comm->segment = map(id.internal, O_RDWR);
  if (!comm->segment) return ncclSystemError;
  if (!comm->absent) ++comm->segment->joined;
  return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* state) {
  *state = ncclResult_t(comm->error.load());
  if (*state != ncclSuccess) return ncclSuccess;
  if (!comm->connected) {
    comm->connected = comm->segment->joined == comm->size && !comm->absent;
    if (comm->connected) ::shm_unlink(comm->name.c_str());
  }
  if (comm->pending && --comm->polls_left == 0) {
    comm->pending();
    comm->pending = nullptr;
  }
  const bool done =
      comm->connected && !comm->pending && (!comm->closing || comm->segment->closing == comm->size);
  *state = done ? ncclSuccess : ncclInProgress;
  return ncclSuccess;
}

ncclResult_t ncclAllReduce(const void* in, void* out, size_t count, ncclDataType_t type, ncclRedOp_t op,
                           ncclComm_t comm, cudaStream_t stream) {
  if (in != out || op != ncclSum) return ncclInvalidArgument;
  return comm->take_in([=] {
    standin::stream_of(stream).push([=] {
      auto* data = static_cast<char*>(out);
      exchange(comm, data, count * bytes_of(type), [&](size_t at, size_t bytes) {
        if (type == ncclFloat64)
          add_all<double>(*comm->segment, comm->size, bytes / 8, data + at);
        else
          add_all<float>(*comm->segment, comm->size, bytes / 4, data + at);
      });
    });
  });
}

ncclResult_t ncclBroadcast(const void* in, void* out, size_t count, ncclDataType_t type, int root,
                           ncclComm_t comm, cudaStream_t stream) {
  return comm->take_in([=] {
    standin::stream_of(stream).push([=] {
      exchange(comm, static_cast<const char*>(in), count * bytes_of(type), [&](size_t at, size_t bytes) {
        std::memcpy(static_cast<char*>(out) + at, comm->segment->slots[root], bytes);
      });
    });
  });
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  comm->closing = true;
  ++comm->segment->closing;
  return ncclInProgress;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  ::munmap(comm->segment, sizeof(Segment));
  delete comm;
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t comm) {
  if (setting("STANDIN_ABORT_HANGS", 0)) ::pause();
  comm->segment->aborted = 1;  // the group stays: a stream may still look at it
  return ncclSuccess;
}

const char* ncclGetErrorString(ncclResult_t code) {
  return code == ncclRemoteError ? "remote process exited or there was a network error"
                                 : "unhandled system error";
}

const char* ncclGetLastError(ncclComm_t) { return "said by the stand-in"; }

}  // extern "C"
