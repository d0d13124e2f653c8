#include "interchange/named_tensor.h"

#include <fmt/ranges.h>

#include <array>
#include <set>

#include "base/error.h"

namespace tandem::interchange {
namespace {

struct TypeFacts {
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<TypeFacts, 10> kTypes = {{{"F64", 8},
                                               {"F32", 4},
                                               {"F16", 2},
                                               {"BF16", 2},
                                               {"I64", 8},
                                               {"I32", 4},
                                               {"I16", 2},
                                               {"I8", 1},
                                               {"U8", 1},
                                               {"BOOL", 1}}};

}  // namespace

std::string_view name_of(DType type) { return kTypes.at(size_t(type)).name; }
std::size_t size_of(DType type) { return kTypes.at(size_t(type)).bytes; }

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::uint64_t byte_count(DType type, const std::vector<std::int64_t>& shape, const std::string& what) {
  require(shape.size() <= kMaxDimensions, "{}: {} dimensions; {} are the most that make sense", what,
          shape.size(), kMaxDimensions);
  std::uint64_t bytes = size_of(type);
  bool empty = false;
  for (const auto side : shape) {
    require(side >= 0, "{}: shape {} has a negative side", what, shape_text(shape));
    empty |= side == 0;
  }
  if (empty) return 0;
  for (const auto side : shape) {  // both factors stay below 2^32 and 2^63, so compare before multiplying
    require(std::uint64_t(side) <= kMaxTensorBytes / bytes, "{}: shape {} asks for more than {} GiB", what,
            shape_text(shape), kMaxTensorBytes >> 30);
    bytes *= std::uint64_t(side);
  }
  return bytes;
}

void check_complete(const std::vector<NamedTensor>& tensors) {
  std::set<std::string_view> names;
  for (const auto& t : tensors) {
    require(names.insert(t.name).second, "tensor {} is there twice", t.name);
    const auto wanted = byte_count(t.type, t.shape, "tensor " + t.name);
    require(t.bytes.size() == wanted, "tensor {} has {} bytes; its shape {} of {} needs {}", t.name,
            t.bytes.size(), shape_text(t.shape), name_of(t.type), wanted);
  }
}

}  // namespace tandem::interchange
