#include "data_tools/corrupt_command.h"
#include "data_tools/phantom_command.h"

int main(int argc, char** argv) {
  using namespace tandem;
  const program::Program program{.name = "tandem-data",
                                 .summary = "makes, checks and corrupts data sets of cardiac MR",
                                 .commands = {data_tools::corrupt_command(), data_tools::phantom_command()}};
  return program.run(argc, argv);
}
