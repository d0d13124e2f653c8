#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "comm/communicator.h"
#include "comm/progress.h"
#include "comm/shared_memory.h"

namespace tandem::comm {

/// One rank's place in the page. The members change one by one: a reader may see the old phase beside the new
/// step, which the second look before a message evens out.
struct ProgressSlot {
  std::atomic<std::int64_t> rank, pid, phase, step, bucket, checkpoint, beat;
  std::atomic<std::int64_t> limit_at_ms;  ///< on the clock of now_ms(); 0 = no limit
};

/// Where the ranks of a host show their progress to each other: memory shared between processes, gone with
/// the last.
class ProgressPage {
 public:
  /// A page of this process alone.
  ProgressPage();
  /// A page of the ranks of a host; collective. Error (70) if the host has no shared memory left.
  explicit ProgressPage(Communicator& node);

  ProgressSlot& mine() const { return slots_[index_]; }
  std::vector<RankProgress> read(const std::string& host) const;
  /// The first slot whose beat has moved since this object's last call is the one that writes for the host.
  bool lead();

 private:
  void begin();

  SharedMemory memory_;
  ProgressSlot* slots_ = nullptr;
  int count_ = 1, index_ = 0;
  std::vector<std::int64_t> seen_;
};

/// Milliseconds on a clock that all processes of a host share and that never jumps.
std::int64_t now_ms();

}  // namespace tandem::comm
