#pragma once
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "comm/comm_config.h"
#include "comm/communicator.h"
#include "comm/progress.h"
#include "comm/progress_page.h"

namespace tandem::comm {

/// Ends a job in which a rank hangs: neither mpirun nor srun ever notices that. A thread compares the phase
/// it was told with its time limit. When that has passed, it writes one message for the whole job that names
/// the ranks behind, and where the working thread of this rank stands; then it aborts the group and leaves
/// the process with exit code 76, all within seconds whatever hangs. One per process, made by the thread that
/// does the work.
class Watchdog {
 public:
  struct Hooks {
    std::function<void()> abort = {};         ///< gives up what is under way; may hang
    std::function<std::string()> fault = {};  ///< asked every second: a lost peer's error, or ""
  };

  explicit Watchdog(const WatchdogConfig& limits);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// From now on the ranks of a group, which step together (`node`: those of them on this host), see each
  /// other's progress: those of a host in a shared page, those of other hosts through one small file per host
  /// below a folder that all can see ("" = none: the ranks of other hosts are not named). Each group makes
  /// one of its own in it, named after its first rank's host and process, so that jobs do not read each
  /// other's files. Messages and stacks go there too; it is removed at the end, unless the watchdog ended the
  /// job. Once; collective.
  void share(Communicator& group, Communicator& node, const std::filesystem::path& folder);
  /// Replaces the hooks; the old ones are not in use any more when it returns. Empty before their objects go.
  void set_hooks(Hooks hooks);

  /// What the rank does from now on; starts the time limit anew, also for the same phase and step.
  void phase(Phase phase, std::int64_t step);
  /// The bucket of gradients (or case) the rank is at; costs one store.
  void bucket(std::int64_t number) { slot_->bucket = number; }
  /// A checkpoint of this step is complete.
  void checkpoint_saved(std::int64_t step) { slot_->checkpoint = step; }

 private:
  struct View;
  void watch();
  void chores();
  std::shared_ptr<const View> view();

  WatchdogConfig limits_;
  std::mutex asking_;  // held while a hook is asked
  std::mutex mutex_;   // of everything below
  std::condition_variable changed_;
  std::shared_ptr<const View> view_;  // replaced, never changed: the threads work on copies
  ProgressSlot* slot_ = nullptr;      // of the view's page; the working thread's own
  bool closing_ = false;
  std::string fault_;
  std::thread watcher_, helper_;
};

}  // namespace tandem::comm
