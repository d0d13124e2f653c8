#pragma once
#include <filesystem>
#include <string_view>

namespace tandem {

/// A file that appears complete or not at all: write to temporary(), then commit() flushes it to disk and
/// renames it.
///
/// Without commit() the temporary is removed and the target stays as it was. One writer per file.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::filesystem::path& temporary() const { return temporary_; }
  /// Asks the system to begin with what is in the temporary now, so that the disk works while the rest is
  /// made and commit() waits less. Promises nothing, fails silently.
  void begin_flush() const;
  /// fsync of the file, rename, fsync of the folder; throws Error (70) naming the file and the system's
  /// reason.
  void commit();

 private:
  std::filesystem::path target_, temporary_;
  bool committed_ = false;
};

/// Error if the file is there already, unless --force was given.
void refuse_overwrite(const std::filesystem::path& path, bool force);

/// fsync of a file or folder that exists; throws Error (70) naming it and the system's reason. A file system
/// that cannot flush folders is no error.
void flush_to_disk(const std::filesystem::path& path);

/// Writes a whole text file atomically (see AtomicFile).
void write_text_file(const std::filesystem::path& target, std::string_view text);

/// Reads a whole file; throws Error naming the file and the reason.
std::string read_text_file(const std::filesystem::path& path);

}  // namespace tandem
