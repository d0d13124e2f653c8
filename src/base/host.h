#pragma once
#include <string>

namespace tandem {

/// Name of this machine.
std::string host_name();

/// Cores that this process may run on; a launcher may have bound it to some.
int usable_cores();

}  // namespace tandem
