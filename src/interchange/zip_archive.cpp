#include "interchange/zip_archive.h"

#include <zip.h>

#include "base/atomic_file.h"
#include "base/error.h"

namespace tandem::interchange {
namespace {

/// 1 January 1980, the earliest date that a zip file can state.
constexpr zip_uint16_t kNoTime = 0, kNoDate = 1 << 5 | 1;

std::string message_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

}  // namespace

ZipReader::ZipReader(const std::filesystem::path& path) : file_(path.string()) {
  std::error_code code;
  const auto bytes = std::filesystem::file_size(path, code);
  if (code) fail("cannot read {}: {}", file_, code.message());
  int error = 0;
  zip_ = zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error);
  require(zip_ != nullptr, "{} is no readable zip archive: {}", file_, message_of(error));
  try {
    list_members(bytes);
  } catch (...) {
    zip_discard(zip_);
    throw;
  }
}

ZipReader::~ZipReader() { zip_discard(zip_); }

void ZipReader::list_members(std::uint64_t file_bytes) {
  std::uint64_t left = file_bytes;
  const auto count = zip_get_num_entries(zip_, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t about;
    zip_stat_init(&about);
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                     ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    require(zip_stat_index(zip_, zip_uint64_t(i), 0, &about) == 0 && (about.valid & kNeeded) == kNeeded,
            "{}: member {} of the archive cannot be described: {}", file_, i, zip_strerror(zip_));
    const std::string name = about.name;
    require(about.comp_method == ZIP_CM_STORE && about.encryption_method == ZIP_EM_NONE,
            "{}: member {} is compressed or encrypted; PyTorch stores its members as they are", file_, name);
    require(about.size == about.comp_size && about.size <= left,
            "{}: member {} claims {} bytes; all members together are longer than the file", file_, name,
            about.size);
    left -= about.size;
    total_bytes_ += about.size;
    require(members_.emplace(name, Member{zip_uint64_t(i), about.size}).second,
            "{}: member {} is there twice", file_, name);
  }
}

std::vector<std::string> ZipReader::names() const {
  std::vector<std::string> out;
  for (const auto& [name, m] : members_) out.push_back(name);
  return out;
}

const ZipReader::Member& ZipReader::member(const std::string& name) const {
  const auto found = members_.find(name);
  require(found != members_.end(), "{}: the archive has no member {}", file_, name);
  return found->second;
}

std::uint64_t ZipReader::size(const std::string& name) const { return member(name).bytes; }

std::string ZipReader::read(const std::string& name) const {
  const auto& [index, bytes] = member(name);
  zip_file_t* const in = zip_fopen_index(zip_, index, 0);
  require(in != nullptr, "{}: member {} cannot be read: {}", file_, name, zip_strerror(zip_));
  std::string out(bytes, '\0');
  zip_uint64_t done = 0;
  zip_int64_t got = 0;
  while (done < bytes && (got = zip_fread(in, out.data() + done, bytes - done)) > 0)
    done += zip_uint64_t(got);
  char beyond = 0;  // the end must be reached for the checksum to be compared
  const bool whole = done == bytes && zip_fread(in, &beyond, 1) == 0;
  const std::string reason = whole ? "" : zip_file_strerror(in);
  zip_fclose(in);
  require(whole, "{}: member {} is damaged: {}", file_, name, reason);
  return out;
}

void write_zip(const std::filesystem::path& path, const std::vector<ZipMember>& members) {
  AtomicFile target(path);
  int error = 0;
  zip_t* const archive = zip_open(target.temporary().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  if (!archive) fail_system("cannot write {}: {}", path.string(), message_of(error));
  const auto give_up = [&] {
    const std::string reason = zip_strerror(archive);
    zip_discard(archive);
    fail_system("cannot write {}: {}", path.string(), reason);
  };
  for (const auto& [name, bytes] : members) {
    zip_source_t* const source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const auto index = source ? zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
    if (source && index < 0) zip_source_free(source);
    if (index < 0 || zip_set_file_compression(archive, zip_uint64_t(index), ZIP_CM_STORE, 0) != 0 ||
        zip_file_set_dostime(archive, zip_uint64_t(index), kNoTime, kNoDate, 0) != 0)
      give_up();
  }
  if (zip_close(archive) != 0) give_up();
  target.commit();
}

}  // namespace tandem::interchange
