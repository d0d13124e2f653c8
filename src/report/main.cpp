#include "h5/h5.h"
#include "report/commands.h"

int main(int argc, char** argv) {
  using namespace tandem;
  const program::Program tandem_report{
      .name = "tandem-report",
      .summary = "tables and comparisons from the results of runs",
      .versions = {"HDF5 " + h5::library_version()},
      .commands = {report::table_command(), report::scores_command(), report::history_command(),
                   report::compare_command(), report::explain_command()}};
  return tandem_report.run(argc, argv);
}
