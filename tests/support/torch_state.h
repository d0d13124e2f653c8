#pragma once
#include <string>
#include <vector>

#include "interchange/named_tensor.h"

namespace tandem::interchange {

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// What state() of torch_files.py makes.
inline std::vector<NamedTensor> torch_state() {
  std::vector<float> base(24), transposed;
  for (size_t i = 0; i < 24; ++i) base[i] = float(i) / 8 - 1;
  for (size_t column = 0; column < 6; ++column)
    for (size_t row = 0; row < 4; ++row) transposed.push_back(base[row * 6 + column]);
  using F = std::vector<float>;
  using Words = std::vector<std::uint16_t>;
  return {{"conv.weight", DType::F32, {2, 1, 3, 3}, bytes_of(F(base.begin(), base.begin() + 18))},
          {"conv.channels_last", DType::F32, {2, 3, 2, 2}, bytes_of(base)},
          {"view.transposed", DType::F32, {6, 4}, bytes_of(transposed)},
          {"view.tail", DType::F32, {4}, bytes_of(F(base.begin() + 20, base.end()))},
          {"bn.num_batches_tracked", DType::I64, {}, bytes_of(std::vector<std::int64_t>{(1LL << 40) + 3})},
          {"double", DType::F64, {2}, bytes_of(std::vector<double>{1.0 / 3, -2.5e300})},
          {"half", DType::F16, {2}, bytes_of(Words{0x3E00, 0xB400})},
          {"bfloat16", DType::BF16, {2}, bytes_of(Words{0x3FC0, 0xFF62})},
          {"int32", DType::I32, {2, 1}, bytes_of(std::vector<std::int32_t>{-1, 2147483647})},
          {"uint8", DType::U8, {2}, std::string("\0\xff", 2)},
          {"bool", DType::Bool, {3}, std::string("\1\0\1", 3)},
          {"empty", DType::F32, {0, 3}, ""}};
}

}  // namespace tandem::interchange
