#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "interchange/named_tensor.h"

namespace tandem::interchange {

/// A value out of a pickle. It runs nothing: the few functions that PyTorch's state dicts name become kinds
/// of values, every other name is refused.
struct PickleValue {
  enum class Kind { None, Bool, Int, Float, String, Global, Tuple, List, Dict, Storage, Tensor };
  Kind kind = Kind::None;
  std::int64_t integer = 0;                  ///< Bool, Int; Storage: elements; Tensor: offset in elements
  std::string text;                          ///< String; Global: "module.name"; Storage: its key
  DType type = DType::F32;                   ///< Storage
  std::vector<PickleValue*> items;           ///< Tuple, List; Dict: key, value, key, ...; Tensor: its storage
  std::vector<std::int64_t> shape, strides;  ///< Tensor; strides in elements
};

/// A decoded pickle; owns all its values. Values may be shared and, in hostile files, contain themselves.
class Pickle {
 public:
  /// Decodes protocol 2 as PyTorch writes it. Bounded in length, values and text; Error with the byte at
  /// which it went wrong.
  explicit Pickle(std::string_view bytes);
  const PickleValue& root() const { return *root_; }

 private:
  std::deque<PickleValue> values_;
  const PickleValue* root_ = nullptr;
};

/// Longest pickle that is read.
inline constexpr std::uint64_t kMaxPickleBytes = 16'000'000;

}  // namespace tandem::interchange
