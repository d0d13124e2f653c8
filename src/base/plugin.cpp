#include "base/plugin.h"

#include <dlfcn.h>

#include "base/error.h"

namespace tandem {

std::filesystem::path plugin_path(const std::string& name) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) fail_system("cannot find the folder of this program: {}", error.message());
  return program.parent_path() / (name + ".so");
}

const void* load_plugin(const std::filesystem::path& file, const PluginKind& kind) {
  if (!std::filesystem::exists(file)) fail_system("{} is not there: {}", file.string(), kind.missing);
  // RTLD_LOCAL: a CUDA LibTorch brings an NCCL of its own, whose symbols must not mix with a plug-in's.
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) fail_system("the {} cannot be loaded: {}", kind.what, ::dlerror());
  const auto function = reinterpret_cast<const void* (*)()>(::dlsym(handle, kind.table_function.c_str()));
  if (!function) fail_system("{} is no plug-in of Tandem: {}", file.string(), ::dlerror());
  const void* table = function();
  const int abi = *static_cast<const int*>(table);
  if (abi != kind.abi)
    fail_system("{} is of another build (interface {}, wanted {}); build plug-in and program together",
                file.string(), abi, kind.abi);
  return table;
}

}  // namespace tandem
