#include "comm/stack_trace.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string_view>
#include <thread>

namespace tandem::comm {
namespace {

constexpr int kMostFrames = 64;

std::atomic<int> target = -1;  // file of the stack that is asked for
std::atomic<bool> written = false;

int stack_signal() { return SIGRTMIN + 4; }

void write_own_stack(int) {
  void* frames[kMostFrames];
  ::backtrace_symbols_fd(frames, ::backtrace(frames, kMostFrames), target);
  written = true;
}

void put(int file, std::string_view text) {
  [[maybe_unused]] const auto ignored = ::write(file, text.data(), text.size());
}

}  // namespace

void prepare_stacks() {
  void* frame[1];
  ::backtrace(frame, 1);  // loads what it needs now: inside a signal handler it could not
  struct sigaction action {};
  action.sa_handler = write_own_stack;
  action.sa_flags = SA_RESTART;
  ::sigaction(stack_signal(), &action, nullptr);
}

void write_stack(pthread_t thread, const std::filesystem::path& file) {
  target = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (target < 0) return;
  written = false;
  put(target,
      "where the working thread stands (addr2line -e PROGRAM ADDRESS turns an address into a line):\n");
  ::pthread_kill(thread, stack_signal());
  for (int i = 0; i < 100 && !written; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  if (!written)
    put(target, "it does not answer: it waits inside the kernel (a disk or a network that hangs?)\n");
  ::fsync(target);
}

}  // namespace tandem::comm
