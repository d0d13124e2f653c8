#include "report/commands.h"
#include "report/figure_output.h"
#include "report/picture_figures.h"

namespace tandem::report {

std::vector<program::Command> picture_commands() {
  namespace po = program::po;
  std::vector<program::Command> commands;
  for (const auto& kind : picture_figure_kinds())
    commands.push_back({.name = "figure " + kind.name,
                        .synopsis = "FILE --out PREFIX [--force]",
                        .summary = kind.summary,
                        .declare =
                            [](po::options_description& options) {
                              options.add_options()("file", po::value<std::string>()->required(),
                                                    "file that tandem examples wrote");
                              declare_figure_output(options);
                            },
                        .positional = {"file"},
                        .run =
                            [kind](const po::variables_map& options) {
                              const auto file = records::read_pictures(options["file"].as<std::string>());
                              save_figure_files(options,
                                                [&](const auto& prefix) { kind.draw(file, prefix); });
                            }});
  return commands;
}

}  // namespace tandem::report
