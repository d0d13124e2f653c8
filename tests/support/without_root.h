#pragma once
#include <unistd.h>

#include <cstdlib>

namespace tandem::test {

/// While it lives, the process has no more rights than any user: permissions of files hold, also where tests
/// run as root.
class WithoutRoot {
 public:
  WithoutRoot() {
    if (was_root_ && ::seteuid(65534) != 0) std::abort();
  }
  ~WithoutRoot() {
    if (was_root_ && ::seteuid(0) != 0) std::abort();
  }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;

 private:
  const bool was_root_ = ::geteuid() == 0;
};

}  // namespace tandem::test
