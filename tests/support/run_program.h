#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "program/program.h"

namespace tandem::test {

struct CommandResult {
  int exit_code = 0;
  std::string output, errors;  ///< standard output and standard error
};

/// Runs one subcommand in this process, through the program's own parsing and exit codes.
inline CommandResult run_program(const program::Command& command, const std::vector<std::string>& arguments) {
  const program::Program program{.name = "program", .summary = "", .versions = {}, .commands = {command}};
  std::vector<std::string> words = {"program"};
  for (size_t start = 0; start < command.name.size();) {
    const size_t end = std::min(command.name.find(' ', start), command.name.size());
    words.push_back(command.name.substr(start, end - start));
    start = end + 1;
  }
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<const char*> argv;
  for (const auto& word : words) argv.push_back(word.c_str());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  CommandResult result;
  result.exit_code = program.run(int(argv.size()), argv.data());
  result.output = ::testing::internal::GetCapturedStdout();
  result.errors = ::testing::internal::GetCapturedStderr();
  return result;
}

}  // namespace tandem::test
