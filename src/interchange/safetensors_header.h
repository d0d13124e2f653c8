#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "interchange/named_tensor.h"

namespace tandem::interchange {

/// One entry of a safetensors header: where a tensor lies in the data.
struct HeaderEntry {
  NamedTensor tensor;  ///< without its bytes
  std::uint64_t begin = 0, end = 0;
};

struct Header {
  std::vector<HeaderEntry> entries;  ///< in the order of the text
  std::map<std::string, std::string> metadata;
};

/// Parses the header's JSON, and only what a header may hold: no other nesting, no other kind of value, no
/// name twice. Error with the byte at which it went wrong. Does not look at the data.
Header parse_header(std::string_view json);

/// The header for tensors whose data follow each other in order.
std::string header_text(const TensorFile& file);

}  // namespace tandem::interchange
