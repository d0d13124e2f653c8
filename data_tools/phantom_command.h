#pragma once
#include "program/program.h"

namespace tandem::data_tools {

/// `tandem-data phantom`: a data set of synthetic hearts.
program::Command phantom_command();

}  // namespace tandem::data_tools
