#pragma once
#include <boost/program_options.hpp>
#include <functional>
#include <string>
#include <vector>

namespace tandem::program {

namespace po = boost::program_options;

/// One subcommand of a program: its options are declared where it is written, and nowhere else.
struct Command {
  std::string name;      ///< "train"; two words for a family ("import acdc")
  std::string synopsis;  ///< "FILE [--set key=value]..."
  std::string summary;   ///< one line for the list of commands
  /// Adds options; positional arguments are options too, named in `positional` (the last may take many).
  std::function<void(po::options_description&)> declare;
  std::vector<std::string> positional;
  /// Does the work; Errors become "error: ..." and their exit code.
  std::function<void(const po::variables_map&)> run;
  /// More help below the options (defaults and units of settings, say); may be empty.
  std::function<std::string()> details = {};
};

/// A program made of subcommands: --help at every level, --version, --quiet, nearest-name hints, exit codes,
/// and bash completion (`PROGRAM completion bash`).
struct Program {
  std::string name;                        ///< "tandem-data"
  std::string summary;                     ///< one line
  std::vector<std::string> versions = {};  ///< lines for --version after the program's own
  std::vector<Command> commands;

  /// Parses the command line and runs; returns the process's exit code (see ExitCode). Never throws.
  int run(int argc, const char* const* argv) const;
};

}  // namespace tandem::program
