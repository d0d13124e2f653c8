#include "base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/error.h"

namespace tandem {

void flush_to_disk(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY);
  if (fd < 0) fail_system("cannot open {} to flush it: {}", path.string(), std::strerror(errno));
  const int result = ::fsync(fd);
  const int error = errno;
  ::close(fd);
  // Some file systems do not support fsync of a folder (EINVAL); a rename is then as durable as it can be.
  if (result != 0 && error != EINVAL) fail_system("cannot flush {}: {}", path.string(), std::strerror(error));
}

AtomicFile::AtomicFile(std::filesystem::path target) : target_(std::move(target)) {
  temporary_ = target_;
  temporary_ += ".tmp" + std::to_string(::getpid());
  const auto folder = target_.parent_path();
  if (!folder.empty()) {
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (code) fail_system("cannot create folder {}: {}", folder.string(), code.message());
  }
}

AtomicFile::~AtomicFile() {
  if (committed_) return;
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::begin_flush() const {
  const int fd = ::open(temporary_.c_str(), O_RDONLY);
  if (fd < 0) return;
  ::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
  ::close(fd);
}

void AtomicFile::commit() {
  flush_to_disk(temporary_);
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0)
    fail_system("cannot rename {} to {}: {}", temporary_.string(), target_.string(), std::strerror(errno));
  committed_ = true;
  flush_to_disk(target_.has_parent_path() ? target_.parent_path() : ".");
}

void refuse_overwrite(const std::filesystem::path& path, bool force) {
  require(force || !std::filesystem::exists(path), "{} exists already; --force replaces it", path.string());
}

void write_text_file(const std::filesystem::path& target, std::string_view text) {
  AtomicFile file(target);
  std::ofstream out(file.temporary(), std::ios::binary);
  out.write(text.data(), std::streamsize(text.size()));
  out.close();
  if (!out) fail_system("cannot write {}: {}", target.string(), std::strerror(errno));
  file.commit();
}

std::string read_text_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("cannot read {}: {}", path.string(), std::strerror(errno));
  // A folder can be opened like a file on Linux, and then looks empty.
  if (std::filesystem::is_directory(path)) fail("cannot read {}: it is a directory", path.string());
  std::ostringstream text;
  text << in.rdbuf();
  if (text.bad()) fail("cannot read {}: {}", path.string(), std::strerror(errno));
  return text.str();
}

}  // namespace tandem
