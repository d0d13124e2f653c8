#pragma once
#include "program/program.h"

namespace tandem::cli {

program::Command train_command();
program::Command evaluate_command();
program::Command predict_command();
program::Command describe_command();
program::Command examples_command();
program::Command selftest_command();
/// The family `tandem sweep ...`.
std::vector<program::Command> sweep_commands();
program::Command sweep_run_command();
/// The family `tandem weights ...`.
std::vector<program::Command> weights_commands();

}  // namespace tandem::cli
