#pragma once
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>

#include "support/temporary_folder.h"

namespace tandem::test {

/// A disk of a few bytes (tmpfs), to see what happens when it is full. It is mounted in a name space of this
/// process, so that nobody else sees it and nothing stays behind. Needs root: otherwise reason() says why it
/// is not there.
class SmallDisk {
 public:
  explicit SmallDisk(std::int64_t bytes) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, ("size=" + std::to_string(bytes)).c_str()) != 0)
      reason_ = std::string("no small tmpfs can be mounted: ") + std::strerror(errno);
  }
  ~SmallDisk() {
    if (reason_.empty()) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  /// Makes room while files are there.
  void grow(std::int64_t bytes) {
    ::mount("tmpfs", folder_.path().c_str(), "tmpfs", MS_REMOUNT, ("size=" + std::to_string(bytes)).c_str());
  }
  const std::filesystem::path& path() const { return folder_.path(); }
  const std::string& reason() const { return reason_; }

 private:
  TemporaryFolder folder_;
  std::string reason_;
};

/// While it lives, a write beyond this size fails as on a full disk; needs no root.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

/// Number of entries in a folder: nothing half written may be left in it.
inline int entries(const std::filesystem::path& folder) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

}  // namespace tandem::test
