#include "comm/progress_page.h"

#include <unistd.h>

#include <chrono>

namespace tandem::comm {

static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a lock would not work between processes");

std::int64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

ProgressPage::ProgressPage() : memory_(sizeof(ProgressSlot)) { begin(); }

ProgressPage::ProgressPage(Communicator& node)
    : memory_(node, sizeof(ProgressSlot) * size_t(node.size())), count_(node.size()), index_(node.rank()) {
  begin();
}

void ProgressPage::begin() {
  slots_ = reinterpret_cast<ProgressSlot*>(memory_.bytes().data());  // zeros, as the system gives it
  seen_.assign(size_t(count_), -1);
  mine().pid = ::getpid();
  mine().bucket = mine().checkpoint = -1;
}

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
