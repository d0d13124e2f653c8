#pragma once
#include <filesystem>
#include <string>

namespace tandem {

/// Where a plug-in lies: beside the running program. @param name as "tandem_nccl"
std::filesystem::path plugin_path(const std::string& name);

/// What a plug-in must be.
struct PluginKind {
  std::string what;     ///< for messages: "NCCL plug-in"
  std::string missing;  ///< why it may not be there and what to do then, after the file's name
  std::string
      table_function;  ///< the one symbol that it exports; gives its table, which begins with `int abi`
  int abi;             ///< of the tables that this program can use
};

/// Loads a plug-in for good. Its symbols stay its own. Error (70) with the loader's reason, or if it is of
/// another build.
/// @return its table of functions
const void* load_plugin(const std::filesystem::path& file, const PluginKind& kind);

}  // namespace tandem
