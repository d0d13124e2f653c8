#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace tandem {

/// Exit codes of all programs; the same for every rank of a job.
enum class ExitCode {
  Success = 0,
  BadInput = 65,  ///< configuration or data of the user; trying again does not help
  Failure = 70,   ///< a bug, or the machine (disk full, no permission)
  Stopped = 75,   ///< stopped on request, state saved, work remains
  Watchdog = 76,  ///< a rank was lost or hung; the last checkpoint stands
};

/// The one exception type: what is wrong, which value, where, what to do; and the code to leave with.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ExitCode code = ExitCode::BadInput)
      : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// An Error that every rank of a job throws alike, so that only one need speak.
class CommonError : public Error {
 public:
  using Error::Error;
};

/// Throws an Error about what the user gave (exit code 65).
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// Throws an Error about the machine or this program (exit code 70).
template <class... Args>
[[noreturn]] void fail_system(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...), ExitCode::Failure);
}

/// Throws an Error (65) unless the condition holds.
template <class... Args>
void require(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) throw Error(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace tandem
