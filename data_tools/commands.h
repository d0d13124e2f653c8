#pragma once
#include "program/program.h"

/// The subcommands of tandem-data, one file each.
namespace tandem::data_tools {

program::Command import_acdc_command();
program::Command import_mnms_command();
program::Command import_prepared_command();
program::Command split_command();
program::Command inspect_command();
program::Command verify_command();
program::Command export_command();

}  // namespace tandem::data_tools
