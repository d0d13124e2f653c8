#include <fmt/format.h>
#include <torch/headeronly/version.h>

#include "base/stop.h"
#include "cli/commands.h"
#include "h5/h5.h"
#include "training/device.h"

int main(int argc, char** argv) {
  tandem::training::tune_allocator();
  tandem::install_stop_handlers();
  tandem::program::Program program;
  program.name = "tandem";
  program.summary = "trains, evaluates and applies cooperative segmentation networks for cardiac MR";
  program.versions = {fmt::format("LibTorch {}.{}.{}, HDF5 {}", TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR,
                                  TORCH_VERSION_PATCH, tandem::h5::library_version())};
  program.commands = {tandem::cli::train_command(),    tandem::cli::evaluate_command(),
                      tandem::cli::predict_command(),  tandem::cli::examples_command(),
                      tandem::cli::describe_command(), tandem::cli::selftest_command()};
  for (auto& command : tandem::cli::sweep_commands()) program.commands.push_back(std::move(command));
  for (auto& command : tandem::cli::weights_commands()) program.commands.push_back(std::move(command));
  return program.run(argc, argv);
}
