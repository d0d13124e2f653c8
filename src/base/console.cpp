#include "base/console.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <mutex>

#include "base/text.h"

namespace tandem::console {
namespace {

std::mutex mutex;
bool quiet = false;
bool plain = false;
bool bar_open = false;  // a progress bar stands on the current terminal line
std::ofstream log_file;

void emit(std::FILE* stream, std::string_view line, bool show) {
  const std::lock_guard lock(mutex);
  if (bar_open) std::fputs("\r\033[K", stdout), bar_open = false;
  if (show) {
    fmt::print(stream, "{}\n", line);
    std::fflush(stream);
  }
  if (log_file.is_open()) log_file << line << std::endl;
}

}  // namespace

void set_plain(bool p) { plain = p; }

void set_quiet(bool value) { quiet = value; }

void set_log_file(const std::string& path) {
  const std::lock_guard lock(mutex);
  log_file.close();
  if (!path.empty()) log_file.open(path, std::ios::app);
}

void print(std::string_view line) { emit(stdout, line, !quiet); }
void result(std::string_view line) { emit(stdout, line, true); }
void warn(std::string_view line) { emit(stderr, fmt::format("warning: {}", line), true); }
void error(std::string_view line) { emit(stderr, fmt::format("error: {}", line), true); }

Progress::Progress(std::string label, std::int64_t total, bool keep_line)
    : label_(std::move(label)),
      total_(total),
      start_(std::chrono::steady_clock::now()),
      drawn_(start_),
      terminal_(!plain && ::isatty(STDOUT_FILENO) != 0),
      keep_line_(keep_line) {
  if (terminal_) draw(false);
}

Progress::~Progress() { draw(true); }

void Progress::advance(std::int64_t steps) {
  done_ += steps;
  const auto now = std::chrono::steady_clock::now();
  const double since = std::chrono::duration<double>(now - drawn_).count();
  if (since < (terminal_ ? 0.1 : 60.0)) return;
  drawn_ = now;
  draw(false);
}

void Progress::draw(bool last) {
  if (quiet) return;
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (last) {
    if (done_ > 0 && keep_line_)
      print(fmt::format("{} {}/{}  {}", label_, done_, total_, format_duration(elapsed)));
    return;
  }
  const double left = done_ > 0 ? elapsed / double(done_) * double(total_ - done_) : 0;
  const std::string estimate = done_ > 0 ? format_duration(left) + " left" : "";
  if (!terminal_) return print(fmt::format("{} {}/{}  {}", label_, done_, total_, estimate));
  const int width = 30, filled = total_ > 0 ? int(double(width) * double(done_) / double(total_)) : width;
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < filled ? "━" : "╌";
  const std::lock_guard lock(mutex);
  fmt::print("\r\033[K{} {} {}/{}  {}", label_, bar, done_, total_, estimate);
  std::fflush(stdout);
  bar_open = true;
}

}  // namespace tandem::console
