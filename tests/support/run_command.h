#pragma once
#include <string>
#include <vector>

#include "program/program.h"

namespace tandem::test {

/// Runs a subcommand with these arguments; its Errors come through.
inline void run_command(const program::Command& command, std::vector<std::string> arguments) {
  namespace po = program::po;
  po::options_description options;
  command.declare(options);
  po::positional_options_description positional;
  for (const auto& name : command.positional) positional.add(name.c_str(), 1);
  po::variables_map map;
  po::store(po::command_line_parser(arguments).options(options).positional(positional).run(), map);
  po::notify(map);
  command.run(map);
}

}  // namespace tandem::test
