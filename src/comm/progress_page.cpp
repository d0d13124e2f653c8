#include "comm/progress_page.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/error.h"

namespace tandem::comm {

static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a lock would not work between processes");

std::int64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

ProgressPage::ProgressPage() { map(-1, 1); }

ProgressPage::ProgressPage(Communicator& node) {
  index_ = node.rank();
  const auto name = node.host_broadcast(fmt::format("/tandem.{}.{}", ::getpid(), now_ms()), 0);
  const size_t bytes = sizeof(ProgressSlot) * size_t(node.size());
  int file = -1;
  if (node.is_leader()) {
    file = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (file >= 0 && ::ftruncate(file, off_t(bytes)) != 0) ::close(file), file = -1;
  }
  node.barrier();
  if (!node.is_leader()) file = ::shm_open(name.c_str(), O_RDWR, 0600);
  const int reason = errno;
  double failed = file < 0;
  node.host_all_reduce({&failed, 1}, Op::Max);  // all have opened it: from here on nothing can be left behind
  if (node.is_leader()) ::shm_unlink(name.c_str());
  if (failed > 0) {
    if (file >= 0) ::close(file);
    fail_system("the ranks of this host cannot share memory (/dev/shm): {}", std::strerror(reason));
  }
  map(file, node.size());
}

void ProgressPage::map(int file, int count) {
  count_ = count;
  seen_.assign(size_t(count), -1);
  const int flags = MAP_SHARED | (file < 0 ? MAP_ANONYMOUS : 0);
  void* memory =
      ::mmap(nullptr, sizeof(ProgressSlot) * size_t(count), PROT_READ | PROT_WRITE, flags, file, 0);
  const int reason = errno;
  if (file >= 0) ::close(file);
  if (memory == MAP_FAILED) fail_system("no memory for the progress of ranks: {}", std::strerror(reason));
  slots_ = static_cast<ProgressSlot*>(memory);  // zeros, as the system gives it
  mine().pid = ::getpid();
  mine().bucket = mine().checkpoint = -1;
}

ProgressPage::~ProgressPage() { ::munmap(slots_, sizeof(ProgressSlot) * size_t(count_)); }

std::vector<RankProgress> ProgressPage::read(const std::string& host) const {
  std::vector<RankProgress> all;
  for (int i = 0; i < count_; ++i) {
    const auto& s = slots_[i];
    const std::int64_t limit = s.limit_at_ms;
    all.push_back({.rank = int(s.rank),
                   .host = host,
                   .pid = s.pid,
                   .phase = Phase(s.phase.load()),
                   .step = s.step,
                   .bucket = s.bucket,
                   .checkpoint = s.checkpoint,
                   .beat = s.beat,
                   .remaining_ms = limit == 0 ? 0 : std::max<std::int64_t>(0, limit - now_ms())});
  }
  return all;
}

bool ProgressPage::lead() {
  int first = index_;
  for (int i = 0; i < count_; ++i) {
    const std::int64_t beat = slots_[i].beat;
    if (beat != seen_[size_t(i)]) first = std::min(first, i);
    seen_[size_t(i)] = beat;
  }
  return first == index_;
}

}  // namespace tandem::comm
