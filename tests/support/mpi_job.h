#pragma once
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/process.h"

namespace tandem::test {

/// The command of a job of several ranks, for tests that kill it: more ranks than cores, not bound to any,
/// and the memory that killed ranks leave behind lies in a folder of the test's.
/// @param words options of mpirun, the program, its arguments
inline std::vector<std::string> mpirun(int ranks, const std::filesystem::path& folder,
                                       const std::vector<std::string>& words) {
  std::vector<std::string> command = {TANDEM_MPIRUN,
                                      "--oversubscribe",
                                      "--bind-to",
                                      "none",
                                      "--mca",
                                      "btl_vader_backing_directory",
                                      folder.string(),
                                      "-n",
                                      std::to_string(ranks)};
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

/// The processes that a process has started, in order; those of mpirun are its ranks.
inline std::vector<pid_t> children_of(pid_t pid) {
  const auto id = std::to_string(pid);
  std::ifstream in("/proc/" + id + "/task/" + id + "/children");
  std::vector<pid_t> children;
  for (pid_t child; in >> child;) children.push_back(child);
  return children;
}

/// True if a process runs, or sleeps, or is stopped; a zombie does none of these.
inline bool lives(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("State:")) return line.find('Z') == std::string::npos;
  return false;
}

/// Gives processes three seconds to end; those that still live then.
inline std::vector<pid_t> left_behind(const std::vector<pid_t>& pids) {
  for (int i = 0; i < 150 && std::ranges::any_of(pids, lives); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::vector<pid_t> left;
  std::ranges::copy_if(pids, std::back_inserter(left), lives);
  return left;
}

}  // namespace tandem::test
