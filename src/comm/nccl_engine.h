#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "comm/nccl_library.h"

namespace tandem::comm {

/// A stream on one device and the NCCL groups that work on it. One thread issues; others may ask for fault()
/// and abort(). Kept alive by whoever still uses it: an abort that hangs must not find it gone.
class NcclEngine : public std::enable_shared_from_this<NcclEngine> {
 public:
  NcclEngine(std::shared_ptr<const NcclLibrary> library, int device);
  ~NcclEngine();

  const NcclTable& table() const { return library_->table(); }
  const std::shared_ptr<const NcclLibrary>& library() const { return library_; }
  void* lane() const { return lane_; }

  /// Connects a group and waits for it, at most limit_s; Error (70) with NCCL's words.
  void* connect(int rank, int size, const std::string& id, double limit_s);
  /// A call on a group that NCCL may take in slowly: begins it, then waits until it is queued (not until it
  /// has run). Error (70) if it fails or abort() comes in between.
  template <class Call>
  void issue(void* group, const Call& call) {
    locked([&] { check_nccl(call()); });
    settle(group, -1);
  }
  /// Closes all groups in an orderly way, at most limit_s in all, else aborts.
  void close(double limit_s) noexcept;
  /// Ends what is under way. At most limit_s, then the helper thread that may hang is left behind.
  void abort(double limit_s) noexcept;
  /// The first error of any group; "" if there is none.
  std::string fault();

 private:
  void settle(void* group, double limit_s);
  template <class Call>
  void locked(const Call& call) {
    const std::lock_guard lock(use_);
    check_alive();
    call();
  }
  void check_alive() const;
  void abort_groups();

  std::shared_ptr<const NcclLibrary> library_;
  void* lane_ = nullptr;
  std::vector<void*> groups_;
  std::timed_mutex use_;  // NCCL calls on one communicator exclude each other
  std::atomic<bool> aborted_ = false;
};

}  // namespace tandem::comm
