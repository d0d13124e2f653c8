#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

#include "base/error.h"
#include "interchange/pickle.h"
#include "interchange/pth.h"
#include "interchange/zip_archive.h"

namespace tandem::interchange {
namespace {

using Kind = PickleValue::Kind;

constexpr int kMaxDepth = 8;                   ///< dictionaries in dictionaries
constexpr std::size_t kMaxVisits = 1'000'000;  ///< shared values may be reached on many ways
constexpr std::size_t kMaxNameBytes = 1000;
/// Tensors may share data, but a small file must not ask for much memory.
constexpr std::uint64_t kMaxSharing = 4;

/// Refuses what is no zip archive, and says what it is where that helps.
void check_container(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("cannot read {}: {}", path.string(), std::strerror(errno));
  std::array<char, 4> start{};
  in.read(start.data(), start.size());
  const std::string_view head(start.data(), size_t(in.gcount()));
  require(!head.starts_with("\x80"),
          "{} is in PyTorch's format from before 1.6; write it again with a newer PyTorch: "
          "torch.save(torch.load(FILE, weights_only=True), NEW)",
          path.string());
  require(head == std::string_view("PK\x03\x04"),
          "{} is no file of torch.save: it does not begin as a zip archive", path.string());
}

/// Copies the elements of a tensor out of its storage, row-major.
class TensorReader {
 public:
  TensorReader(const ZipReader& zip, std::string folder)
      : zip_(zip), folder_(std::move(folder)), left_(kMaxSharing * zip.total_bytes()) {}

  NamedTensor read(const std::string& name, const PickleValue& tensor) {
    const auto& storage = *tensor.items.at(0);
    NamedTensor out{name, storage.type, tensor.shape, {}};
    const auto bytes = byte_count(out.type, out.shape, "tensor " + name);
    require(bytes <= left_,
            "tensor {}: the tensors ask for more than {} times the {} bytes that the file holds", name,
            kMaxSharing, zip_.total_bytes());
    left_ -= bytes;
    const auto elements = check_storage(storage, name);
    if (bytes == 0) return out;
    check_inside(tensor, elements, name);
    out.bytes.reserve(bytes);
    copy(tensor, 0, size_t(tensor.integer), load(storage), size_of(out.type), out.bytes);
    return out;
  }

 private:
  std::string member(const PickleValue& storage) const { return folder_ + "/data/" + storage.text; }

  /// Elements that the archive really has for a storage.
  std::uint64_t check_storage(const PickleValue& storage, const std::string& name) const {
    const auto there = zip_.size(member(storage)) / size_of(storage.type);
    require(storage.integer >= 0 && std::uint64_t(storage.integer) <= there,
            "tensor {}: its data should have {} elements; the archive holds {}", name, storage.integer,
            there);
    return std::uint64_t(storage.integer);
  }

  static void check_inside(const PickleValue& tensor, std::uint64_t elements, const std::string& name) {
    std::uint64_t last = std::uint64_t(tensor.integer);
    bool inside = tensor.integer >= 0 && last < elements;
    for (size_t d = 0; inside && d < tensor.shape.size(); ++d) {
      const auto steps = std::uint64_t(tensor.shape[d] - 1), stride = std::uint64_t(tensor.strides[d]);
      inside = tensor.strides[d] >= 0 && (steps == 0 || stride <= (elements - 1 - last) / steps);
      if (inside) last += steps * stride;
    }
    require(inside, "tensor {}: offset {}, shape {} and strides {} reach outside its data of {} elements",
            name, tensor.integer, shape_text(tensor.shape), shape_text(tensor.strides), elements);
  }

  /// Tensors of one storage mostly follow each other, so one is kept.
  const std::string& load(const PickleValue& storage) {
    if (loaded_ != storage.text || data_.empty()) {
      data_ = zip_.read(member(storage));
      loaded_ = storage.text;
    }
    return data_;
  }

  static void copy(const PickleValue& tensor, size_t dimension, size_t at, const std::string& data,
                   size_t width, std::string& out) {
    if (dimension == tensor.shape.size()) {
      out.append(data, at * width, width);
      return;
    }
    const auto count = size_t(tensor.shape[dimension]), stride = size_t(tensor.strides[dimension]);
    if (dimension + 1 == tensor.shape.size() && stride == 1) {
      out.append(data, at * width, count * width);
      return;
    }
    for (size_t i = 0; i < count; ++i) copy(tensor, dimension + 1, at + i * stride, data, width, out);
  }

  const ZipReader& zip_;
  std::string folder_, loaded_, data_;
  std::uint64_t left_;
};

/// Walks nested dictionaries and collects their tensors.
class Collector {
 public:
  explicit Collector(TensorReader& reader) : reader_(reader) {}

  void visit(const PickleValue& value, const std::string& name, int depth) {
    require(++visits_ <= kMaxVisits, "its dictionaries refer to each other too often");
    require(name.size() <= kMaxNameBytes, "a name has {} bytes; {} are the most that are read", name.size(),
            kMaxNameBytes);
    if (value.kind == Kind::Tensor) {
      require(names_.insert(name).second, "tensor {} is there twice", name);
      require(names_.size() <= kMaxTensors, "more than {} tensors", kMaxTensors);
      tensors.push_back(reader_.read(name, value));
    } else if (value.kind == Kind::Dict) {
      require(depth < kMaxDepth, "dictionaries are nested more than {} deep", kMaxDepth);
      for (size_t i = 0; i + 1 < value.items.size(); i += 2)
        visit(*value.items[i + 1], (name.empty() ? "" : name + "/") + key_text(*value.items[i]), depth + 1);
    }
  }

  std::vector<NamedTensor> tensors;

 private:
  static std::string key_text(const PickleValue& key) {
    if (key.kind == Kind::String) return key.text;
    require(key.kind == Kind::Int, "a key of a dictionary is neither text nor a whole number");
    return std::to_string(key.integer);
  }

  TensorReader& reader_;
  std::set<std::string> names_;
  std::size_t visits_ = 0;
};

/// The folder inside the archive, "archive" or the file's name: where data.pkl lies.
std::string folder_in(const ZipReader& zip) {
  constexpr std::string_view kPickle = "/data.pkl";
  for (const auto& name : zip.names())
    if (name.ends_with(kPickle) && name.find('/') == name.size() - kPickle.size())
      return name.substr(0, name.size() - kPickle.size());
  fail("the archive has no data.pkl");
}

std::vector<NamedTensor> read_archive(const ZipReader& zip) {
  const auto folder = folder_in(zip);
  if (const auto order = folder + "/byteorder"; zip.contains(order)) {
    require(zip.size(order) <= 8 && zip.read(order) == "little",
            "it comes from a machine with another byte order; only little-endian files are read");
  }
  const auto name = folder + "/data.pkl";
  require(zip.size(name) <= kMaxPickleBytes, "its pickle has {} bytes; {} are the most that are read",
          zip.size(name), kMaxPickleBytes);
  const Pickle pickle(zip.read(name));
  require(pickle.root().kind == Kind::Dict, "it holds no dictionary of tensors (a state dict)");
  TensorReader reader(zip, folder);
  Collector collector(reader);
  collector.visit(pickle.root(), "", 0);
  return std::move(collector.tensors);
}

}  // namespace

TensorFile read_pth(const std::filesystem::path& path) {
  check_container(path);
  const ZipReader zip(path);
  try {
    return {read_archive(zip), {}};
  } catch (const Error& error) {
    if (error.code() != ExitCode::BadInput) throw;
    fail("{} cannot be taken: {}", path.string(), error.what());
  }
}

}  // namespace tandem::interchange
