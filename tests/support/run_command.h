#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
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

/// The message of the Error that some work throws; "" if it throws none.
inline std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace tandem::test
