#include "comm/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/error.h"

namespace tandem::comm {
namespace {

/// The leader's new segment with all its pages, or -1 with errno set: pages that are missing later kill the
/// process.
int create(const std::string& name, std::size_t bytes) {
  const int file = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  if (file < 0) return -1;
  const int reason = ::posix_fallocate(file, 0, off_t(bytes));
  if (reason == 0) return file;
  ::close(file);
  errno = reason;
  return -1;
}

}  // namespace

SharedMemory::SharedMemory(std::size_t bytes) : size_(bytes) { map(-1); }

SharedMemory::SharedMemory(Communicator& node, std::size_t bytes) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  const auto wish = node.host_broadcast(fmt::format("{} /tandem.{}.{}", bytes, ::getpid(), now), 0);
  const auto space = wish.find(' ');
  size_ = std::stoull(wish.substr(0, space));
  const auto name = wish.substr(space + 1);
  int file = -1;
  if (node.is_leader()) file = create(name, size_);
  std::array<double, 1> reason = {node.is_leader() && file < 0 ? double(errno) : 0};
  node.host_all_reduce(reason, Op::Max);
  if (reason[0] == 0 && !node.is_leader()) file = ::shm_open(name.c_str(), O_RDWR, 0600);
  if (reason[0] == 0 && file < 0) reason[0] = errno;
  node.host_all_reduce(reason, Op::Max);  // all have opened it: from here on nothing can be left behind
  if (node.is_leader()) ::shm_unlink(name.c_str());
  if (reason[0] != 0) {
    if (file >= 0) ::close(file);
    fail_system("the ranks of this host cannot share {} bytes of memory (/dev/shm): {}", size_,
                std::strerror(int(reason[0])));
  }
  map(file);
}

void SharedMemory::map(int file) {
  const int flags = MAP_SHARED | (file < 0 ? MAP_ANONYMOUS : 0);
  void* memory = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, flags, file, 0);
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (memory == MAP_FAILED) fail_system("{} bytes of memory cannot be had: {}", size_, std::strerror(reason));
  data_ = static_cast<std::byte*>(memory);
}

SharedMemory::~SharedMemory() { ::munmap(data_, size_); }

}  // namespace tandem::comm
