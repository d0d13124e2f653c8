#pragma once
#include "program/program.h"

namespace tandem::report {

/// The subcommands of tandem-report, one file each.
program::Command table_command();
program::Command scores_command();
program::Command history_command();
program::Command compare_command();
program::Command explain_command();
program::Command page_command();
program::Command claims_command();
program::Command paper_command();

/// "figure boxes", "figure curves", "figure robustness".
std::vector<program::Command> figure_commands();

/// "figure hard_examples", "figure thresholds", ...: the figures of pictures.
std::vector<program::Command> picture_commands();

}  // namespace tandem::report
