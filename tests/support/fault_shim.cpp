// Ends a process, or fails a call, at a chosen moment of writing: stands before the C library's fsync, rename
// and link, preloaded into a program or linked into a test. The moment comes from the environment:
//   TANDEM_FAULT="CALL PATTERN NUMBER ACTION"
// CALL: fsync | rename | link | any; PATTERN: of the (target) path, as in a shell; NUMBER: which of the calls
// that match, from 1; ACTION: kill (SIGKILL before the call is made) or full (the call fails: no space left).
#include <dlfcn.h>
#include <fnmatch.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <sstream>
#include <string>

namespace {

struct Fault {
  std::string call, pattern, action;
  int number = 0;
};

/// True if the call is to fail; does not return if the process is to end.
bool strikes(const std::string& call, const std::string& path) {
  static std::mutex mutex;
  static std::string wish;
  static Fault fault;
  static int matching = 0;
  const std::lock_guard lock(mutex);
  const char* now = std::getenv("TANDEM_FAULT");
  if (!now) return false;
  if (wish != now) {
    wish = now;
    fault = {}, matching = 0;
    std::istringstream(wish) >> fault.call >> fault.pattern >> fault.number >> fault.action;
  }
  if (fault.call != "any" && fault.call != call) return false;
  if (::fnmatch(fault.pattern.c_str(), path.c_str(), 0) != 0 || ++matching != fault.number) return false;
  if (fault.action == "kill") ::raise(SIGKILL);
  return true;
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int no_space() {
  errno = ENOSPC;
  return -1;
}

std::string path_of(int fd) {
  char path[PATH_MAX] = {};
  const auto length = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path - 1);
  return length > 0 ? std::string(path, size_t(length)) : "";
}

}  // namespace

extern "C" {

int fsync(int fd) {
  static auto* const call = real<int(int)>("fsync");
  return strikes("fsync", path_of(fd)) ? no_space() : call(fd);
}

int rename(const char* from, const char* to) noexcept {
  static auto* const call = real<int(const char*, const char*)>("rename");
  return strikes("rename", to) ? no_space() : call(from, to);
}

int link(const char* from, const char* to) noexcept {
  static auto* const call = real<int(const char*, const char*)>("link");
  return strikes("link", to) ? no_space() : call(from, to);
}

}  // extern "C"
