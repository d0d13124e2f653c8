#pragma once
#include <fmt/format.h>

#include <string>

#include "base/build_info.h"

namespace tandem::data_tools {

/// "tandem-data 0.1.0 (commit)": what a data set file says about its maker.
inline std::string tool_version() {
  return fmt::format("tandem-data {} ({})", build_info::kVersion, build_info::kCommit);
}

}  // namespace tandem::data_tools
