#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>

namespace tandem::test {

/// The folder of golden files: TANDEM_GOLDEN_DIR if set (files of the same layout), else the carried ones.
inline std::filesystem::path golden_dir() {
  if (const char* dir = std::getenv("TANDEM_GOLDEN_DIR")) return dir;
  return std::filesystem::path(TANDEM_SOURCE_DIR) / "tests/golden";
}

}  // namespace tandem::test
