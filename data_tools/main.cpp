#include "base/stop.h"
#include "data_tools/commands.h"
#include "data_tools/corrupt_command.h"
#include "data_tools/n4.h"
#include "data_tools/phantom_command.h"
#include "h5/h5.h"

int main(int argc, char** argv) {
  using namespace tandem;
  install_stop_handlers();
  std::vector<std::string> versions = {"HDF5 " + h5::library_version()};
  if (const auto itk = data_tools::itk_version(); !itk.empty()) versions.push_back("ITK " + itk);
  const program::Program tandem_data{
      .name = "tandem-data",
      .summary = "makes, checks and converts the data sets of Tandem",
      .versions = versions,
      .commands = {data_tools::phantom_command(), data_tools::import_acdc_command(),
                   data_tools::import_mnms_command(), data_tools::import_prepared_command(),
                   data_tools::corrupt_command(), data_tools::split_command(), data_tools::inspect_command(),
                   data_tools::verify_command(), data_tools::export_command()},
  };
  return tandem_data.run(argc, argv);
}
