#include "base/error.h"
#include "interchange/pth.h"
#include "interchange/zip_archive.h"

namespace tandem::interchange {
namespace {

/// Writes the instructions of pickle protocol 2 that a state dict needs.
class PickleWriter {
 public:
  void raw(std::string_view instruction) { out_ += instruction; }
  void number(std::uint64_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) out_ += char(value >> (8 * i) & 0xFF);
  }
  void text(std::string_view value) {
    raw("X");
    number(value.size(), 4);
    raw(value);
  }
  /// The shortest form that holds it, as Python writes it; value >= 0.
  void integer(std::int64_t value) {
    const auto bits = std::uint64_t(value);
    if (bits < 0x100)
      raw("K"), number(bits, 1);
    else if (bits < 0x10000)
      raw("M"), number(bits, 2);
    else if (bits < 0x80000000)
      raw("J"), number(bits, 4);
    else
      raw("\x8a\x08"), number(bits, 8);
  }
  void tuple(const std::vector<std::int64_t>& values) {
    raw("(");
    for (const auto v : values) integer(v);
    raw("t");
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string_view storage_class(DType type) {
  switch (type) {
    case DType::F64:
      return "DoubleStorage";
    case DType::F32:
      return "FloatStorage";
    case DType::F16:
      return "HalfStorage";
    case DType::BF16:
      return "BFloat16Storage";
    case DType::I64:
      return "LongStorage";
    case DType::I32:
      return "IntStorage";
    case DType::I16:
      return "ShortStorage";
    case DType::I8:
      return "CharStorage";
    case DType::U8:
      return "ByteStorage";
    case DType::Bool:
      return "BoolStorage";
  }
  fail_system("unknown element type");
}

std::vector<std::int64_t> row_major_strides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * std::max<std::int64_t>(shape[d], 1);
  return strides;
}

/// _rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict()), with ("storage", class, key, "cpu",
/// elements) for the storage.
void put_tensor(PickleWriter& p, const NamedTensor& tensor, size_t key) {
  p.raw("ctorch._utils\n_rebuild_tensor_v2\n(");
  p.raw("(");
  p.text("storage");
  p.raw("ctorch\n");
  p.raw(storage_class(tensor.type));
  p.raw("\n");
  p.text(std::to_string(key));
  p.text("cpu");
  p.integer(std::int64_t(tensor.bytes.size() / size_of(tensor.type)));
  p.raw("tQ");
  p.integer(0);
  p.tuple(tensor.shape);
  p.tuple(row_major_strides(tensor.shape));
  p.raw(
      "\x89"
      "ccollections\nOrderedDict\n)RtR");
}

std::string state_dict_pickle(const std::vector<NamedTensor>& tensors) {
  PickleWriter p;
  p.raw(
      "\x80\x02"
      "ccollections\nOrderedDict\n)R(");
  for (size_t i = 0; i < tensors.size(); ++i) {
    p.text(tensors[i].name);
    put_tensor(p, tensors[i], i);
  }
  p.raw("u.");
  return p.take();
}

}  // namespace

void write_pth(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors) {
  check_complete(tensors);
  const auto pickle = state_dict_pickle(tensors);
  std::vector<ZipMember> members = {{"archive/data.pkl", pickle}, {"archive/byteorder", "little"}};
  for (size_t i = 0; i < tensors.size(); ++i)
    members.push_back({"archive/data/" + std::to_string(i), tensors[i].bytes});
  members.push_back({"archive/version", "3\n"});
  write_zip(path, members);
}

}  // namespace tandem::interchange
