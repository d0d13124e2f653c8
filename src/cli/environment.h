#pragma once
#include <cstdlib>
#include <string>

namespace tandem::cli {

/// A variable of the environment; "" if it is not set.
inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace tandem::cli
