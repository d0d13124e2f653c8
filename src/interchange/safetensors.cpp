#include "interchange/safetensors.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/atomic_file.h"
#include "base/error.h"
#include "interchange/safetensors_header.h"

namespace tandem::interchange {
namespace {

constexpr std::uint64_t kPrefix = 8;  // bytes that tell the length of the header

std::uint64_t little_endian(const std::array<char, kPrefix>& bytes) {
  std::uint64_t value = 0;
  for (size_t i = kPrefix; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

void read_exactly(std::ifstream& in, char* into, std::uint64_t bytes, const std::string& file) {
  in.read(into, std::streamsize(bytes));
  if (!in) fail_system("cannot read {}: {}", file, std::strerror(errno));
}

/// Entries in the order of their data, which they must cover exactly.
void check_layout(std::vector<HeaderEntry>& entries, std::uint64_t data_bytes) {
  std::ranges::stable_sort(entries, {}, [](const auto& e) { return std::pair(e.begin, e.end); });
  std::uint64_t at = 0;
  for (const auto& [tensor, begin, end] : entries) {
    require(begin <= end && end <= data_bytes,
            "tensor {} lies at bytes {} to {} of the data, which are {} long; the file may be cut short",
            tensor.name, begin, end, data_bytes);
    require(begin >= at,
            "tensor {} begins at byte {} of the data, inside the tensor before it, which ends at {}",
            tensor.name, begin, at);
    require(begin == at, "bytes {} to {} of the data, before tensor {}, belong to no tensor", at, begin,
            tensor.name);
    const auto wanted = byte_count(tensor.type, tensor.shape, "tensor " + tensor.name);
    require(end - begin == wanted, "tensor {}: shape {} of {} needs {} bytes, the file has {}", tensor.name,
            shape_text(tensor.shape), name_of(tensor.type), wanted, end - begin);
    at = end;
  }
  require(at == data_bytes, "{} bytes after the last tensor belong to no tensor", data_bytes - at);
}

TensorFile read_open(std::ifstream& in, const std::string& name, std::uint64_t size) {
  require(size >= kPrefix, "{} bytes are too few for a safetensors file", size);
  std::array<char, kPrefix> prefix{};
  read_exactly(in, prefix.data(), kPrefix, name);
  const auto header_bytes = little_endian(prefix);
  require(header_bytes <= kMaxHeaderBytes, "the header claims {} bytes; {} are the most that are read",
          header_bytes, kMaxHeaderBytes);
  require(header_bytes <= size - kPrefix,
          "the header claims {} bytes, but only {} follow; the file may be cut short", header_bytes,
          size - kPrefix);
  std::string json(header_bytes, '\0');
  read_exactly(in, json.data(), header_bytes, name);
  auto header = parse_header(json);
  check_layout(header.entries, size - kPrefix - header_bytes);
  TensorFile file{{}, std::move(header.metadata)};
  for (auto& entry : header.entries) {
    entry.tensor.bytes.resize(entry.end - entry.begin);
    read_exactly(in, entry.tensor.bytes.data(), entry.tensor.bytes.size(), name);
    file.tensors.push_back(std::move(entry.tensor));
  }
  return file;
}

}  // namespace

TensorFile read_safetensors(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("cannot read {}: {}", name, std::strerror(errno));
  std::error_code code;
  const auto size = std::filesystem::file_size(path, code);
  if (code) fail("cannot read {}: {}", name, code.message());
  try {
    return read_open(in, name, size);
  } catch (const Error& error) {
    if (error.code() != ExitCode::BadInput) throw;
    fail("{} is no valid safetensors file: {}", name, error.what());
  }
}

void write_safetensors(const std::filesystem::path& path, const TensorFile& file) {
  check_complete(file.tensors);
  std::string header = header_text(file);
  header.append((kPrefix - header.size() % kPrefix) % kPrefix, ' ');
  require(header.size() <= kMaxHeaderBytes, "{}: names and remarks are too long for a safetensors header",
          path.string());
  AtomicFile target(path);
  std::ofstream out(target.temporary(), std::ios::binary);
  for (size_t i = 0; i < kPrefix; ++i) out.put(char(header.size() >> (8 * i) & 0xFF));
  out << header;
  for (const auto& t : file.tensors) out.write(t.bytes.data(), std::streamsize(t.bytes.size()));
  out.close();
  if (!out) fail_system("cannot write {}: {}", path.string(), std::strerror(errno));
  target.commit();
}

}  // namespace tandem::interchange
