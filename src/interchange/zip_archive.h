#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

struct zip;

namespace tandem::interchange {

/// The members of a zip file whose members are stored without compression, as PyTorch writes them; by libzip.
///
/// What a member claims is checked before anything is read: no compression, no encryption, no name twice, and
/// all members together no longer than the file, so that no small file can ask for much memory. Errors name
/// the file.
class ZipReader {
 public:
  explicit ZipReader(const std::filesystem::path& path);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  bool contains(const std::string& name) const { return members_.contains(name); }
  /// All names, sorted.
  std::vector<std::string> names() const;
  std::uint64_t size(const std::string& name) const;
  /// Bytes of all members together; no more than the file has.
  std::uint64_t total_bytes() const { return total_bytes_; }
  /// A whole member, its checksum verified.
  std::string read(const std::string& name) const;

 private:
  struct Member {
    std::uint64_t index = 0, bytes = 0;
  };
  void list_members(std::uint64_t file_bytes);
  const Member& member(const std::string& name) const;

  std::string file_;
  zip* zip_ = nullptr;
  std::uint64_t total_bytes_ = 0;
  std::map<std::string, Member> members_;
};

/// One member to be written; the bytes must outlive the call.
struct ZipMember {
  std::string name;
  std::string_view bytes;
};

/// Writes members in this order, stored; equal members give equal files. Atomically.
void write_zip(const std::filesystem::path& path, const std::vector<ZipMember>& members);

}  // namespace tandem::interchange
