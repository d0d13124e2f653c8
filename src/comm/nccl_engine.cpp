#include "comm/nccl_engine.h"

#include <chrono>
#include <future>
#include <thread>

#include "base/error.h"
#include "base/timer.h"

namespace tandem::comm {

NcclEngine::NcclEngine(std::shared_ptr<const NcclLibrary> library, int device)
    : library_(std::move(library)) {
  check_nccl(table().open_lane(device, &lane_));
}

NcclEngine::~NcclEngine() {
  // After an abort nobody knows what still uses the stream; the process ends soon.
  if (!aborted_) table().close_lane(lane_);
}

void NcclEngine::check_alive() const {
  if (aborted_) fail_system("the group of ranks was given up");
}

void* NcclEngine::connect(int rank, int size, const std::string& id, double limit_s) {
  void* group = nullptr;
  locked([&] {
    const char* error = table().start_group(lane_, rank, size, id.data(), &group);
    if (group) groups_.push_back(group);
    check_nccl(error);
  });
  settle(group, limit_s);
  return group;
}

/// Polls until NCCL has taken in the last call. Without a limit it is the watchdog that notices absent peers.
void NcclEngine::settle(void* group, double limit_s) {
  const Timer timer;
  for (int round = 0;; ++round) {
    int ready = 0;
    locked([&] { check_nccl(table().poll(group, &ready)); });
    if (ready) return;
    if (limit_s >= 0 && timer.seconds() > limit_s) fail_system("not connected within {} s", limit_s);
    if (round < 100)
      std::this_thread::yield();
    else
      std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}

void NcclEngine::close(double limit_s) noexcept {
  if (aborted_) return;
  const Timer timer;
  try {
    for (void* group : groups_) {
      locked([&] { check_nccl(table().finish_group(group)); });
      settle(group, std::max(0.0, limit_s - timer.seconds()));
    }
    for (void* group : groups_) locked([&] { check_nccl(table().destroy_group(group)); });
    groups_.clear();
  } catch (const std::exception&) {
    abort(limit_s);  // destroying a broken group can block for ever
  }
}

void NcclEngine::abort_groups() {
  // A thread that polls lets go of the lock within microseconds; one that is stuck inside a call never does.
  std::unique_lock lock(use_, std::chrono::seconds(1));
  for (void* group : groups_) table().abort_group(group);
}

void NcclEngine::abort(double limit_s) noexcept {
  if (aborted_.exchange(true)) return;
  try {
    auto finished = std::make_shared<std::promise<void>>();
    const auto done = finished->get_future();
    std::thread([self = shared_from_this(), finished] {
      self->abort_groups();
      finished->set_value();
    }).detach();
    done.wait_for(std::chrono::duration<double>(limit_s));
  } catch (const std::exception&) {
    // no thread or memory left: the process ends without it
  }
}

std::string NcclEngine::fault() {
  std::unique_lock lock(use_, std::try_to_lock);
  if (!lock.owns_lock() || aborted_) return "";
  for (void* group : groups_) {
    int ready = 0;
    if (const char* error = table().poll(group, &ready)) return error;
  }
  return "";
}

}  // namespace tandem::comm
