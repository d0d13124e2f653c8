#include "base/console.h"
#include "base/error.h"
#include "base/text.h"
#include "data_tools/commands.h"
#include "data_tools/verification.h"

namespace tandem::data_tools {
namespace {

namespace po = program::po;

void run(const po::variables_map& map) {
  std::vector<std::string> lines;
  for (const auto& path : map["file"].as<std::vector<std::string>>()) {
    const auto faults = find_faults(path);
    for (const auto& fault : faults) lines.push_back(path + ": " + fault);
    if (faults.empty()) console::say("{}: no fault found", path);
  }
  require(lines.empty(), "{} found:\n  {}", counted(lines.size(), "fault"), join(lines, "\n  "));
}

}  // namespace

program::Command verify_command() {
  return {.name = "verify",
          .synopsis = "FILE...",
          .summary = "Check data set files: schema and anatomy; lists all faults at once (exit 65)",
          .declare =
              [](auto& options) {
                options.add_options()("file", po::value<std::vector<std::string>>()->required(),
                                      "data set files");
              },
          .positional = {"file"},
          .run = run};
}

}  // namespace tandem::data_tools
