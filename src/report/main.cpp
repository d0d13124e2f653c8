#include "h5/h5.h"
#include "report/commands.h"

int main(int argc, char** argv) {
  using namespace tandem;
  program::Program tandem_report{
      .name = "tandem-report",
      .summary = "tables, comparisons and figures from the results of runs",
      .versions = {"HDF5 " + h5::library_version()},
      .commands = {report::table_command(), report::scores_command(), report::history_command(),
                   report::compare_command(), report::explain_command(), report::claims_command(),
                   report::page_command(), report::paper_command()}};
  for (auto& command : report::figure_commands()) tandem_report.commands.push_back(std::move(command));
  for (auto& command : report::picture_commands()) tandem_report.commands.push_back(std::move(command));
  return tandem_report.run(argc, argv);
}
