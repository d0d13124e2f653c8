#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "comm/plugin/nccl_table.h"

namespace tandem::comm {

/// The NCCL plug-in, loaded when a program wants GPUs to talk to each other, and never unloaded.
class NcclLibrary {
 public:
  /// Loads a plug-in; Error (70) with the loader's reason, or if it is of another build or brings an NCCL
  /// before 2.14 (the first that can start with a time limit).
  static std::shared_ptr<const NcclLibrary> load(const std::filesystem::path& plugin);

  const NcclTable& table() const { return table_; }
  /// "2.28.9"
  std::string nccl_version() const;
  /// "13.0" of the CUDA runtime; "none" or the newest CUDA version that the driver serves.
  std::string runtime_version() const;
  std::string driver_version() const;
  /// Number of usable GPUs; Error (70) that says whether the driver or the GPUs are missing.
  int device_count() const;
  /// PCI bus id of a device, the same for all processes of a host.
  std::string bus_id(int device) const;

 private:
  NcclLibrary(const NcclTable& table, const std::filesystem::path& plugin);
  const NcclTable& table_;
  int nccl_ = 0, runtime_ = 0, driver_ = 0;
};

/// Error (70) with a plug-in function's text, unless it is null.
void check_nccl(const char* text);

/// Where the plug-in lies: beside the running program.
std::filesystem::path nccl_plugin_path();

}  // namespace tandem::comm
