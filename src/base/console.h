#pragma once
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::console {

/// Silences everything but results, warnings and errors (--quiet).
void set_quiet(bool quiet);
/// Treats standard output as a file even if it looks like a terminal, as under mpirun, which lends one.
void set_plain(bool plain);
/// Adds every line printed from now on to a file as well (the run's log.txt); "" stops.
void set_log_file(const std::string& path);

/// A line for people on standard output; dropped by --quiet on the screen, kept in the log file.
void print(std::string_view line);
/// A result: printed on standard output whatever --quiet says.
void result(std::string_view line);
/// "warning: ..." on standard error.
void warn(std::string_view line);
/// "error: ..." on standard error.
void error(std::string_view line);

template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  print(fmt::format(format, std::forward<Args>(args)...));
}

/// Progress of long work: a bar with a time estimate on a terminal, one line a minute elsewhere.
class Progress {
 public:
  /// keep_line: the finished bar becomes a line of its own; else it vanishes.
  Progress(std::string label, std::int64_t total, bool keep_line = true);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void advance(std::int64_t steps = 1);

 private:
  void draw(bool last);
  std::string label_;
  std::int64_t total_, done_ = 0;
  std::chrono::steady_clock::time_point start_, drawn_;
  bool terminal_, keep_line_;
};

}  // namespace tandem::console
