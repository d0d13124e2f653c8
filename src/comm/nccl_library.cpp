#include "comm/nccl_library.h"

#include "base/error.h"
#include "base/plugin.h"

namespace tandem::comm {
namespace {

constexpr int kOldest = 21400;

/// NCCL counts 2.8 as 2800 and 2.28.9 as 22809; only the second kind can pass the check of kOldest.
std::string nccl_text(int code) {
  if (code < 10000) return fmt::format("{}.{}.{}", code / 1000, code / 100 % 10, code % 100);
  return fmt::format("{}.{}.{}", code / 10000, code / 100 % 100, code % 100);
}

std::string cuda_text(int code) { return fmt::format("{}.{}", code / 1000, code / 10 % 100); }

}  // namespace

void check_nccl(const char* text) {
  if (text) fail_system("{}", text);
}

std::shared_ptr<const NcclLibrary> NcclLibrary::load(const std::filesystem::path& plugin) {
  const auto* table =
      load_plugin(plugin, {.what = "NCCL plug-in",
                           .missing = "this Tandem was built where NCCL's header or library was missing. Run "
                                      "launch/setup.sh and build again, or use comm.backend = \"mpi\"",
                           .table_function = "tandem_nccl_table",
                           .abi = kNcclTableAbi});
  return std::shared_ptr<const NcclLibrary>(new NcclLibrary(*static_cast<const NcclTable*>(table), plugin));
}

NcclLibrary::NcclLibrary(const NcclTable& table, const std::filesystem::path& plugin) : table_(table) {
  check_nccl(table_.versions(&nccl_, &runtime_, &driver_));
  if (nccl_ < kOldest)
    fail_system("{} brings NCCL {}; 2.14 or later is needed, which can give up a start that hangs",
                plugin.string(), nccl_text(nccl_));
}

std::string NcclLibrary::nccl_version() const { return nccl_text(nccl_); }
std::string NcclLibrary::runtime_version() const { return cuda_text(runtime_); }
std::string NcclLibrary::driver_version() const { return driver_ == 0 ? "none" : cuda_text(driver_); }

int NcclLibrary::device_count() const {
  // Asked first: without a driver the count fails with a text about versions that leads people astray.
  if (driver_ == 0) fail_system("there is no NVIDIA driver on this host");
  int count = 0;
  check_nccl(table_.device_count(&count));
  if (count == 0) fail_system("the NVIDIA driver is here, but no GPU is visible (CUDA_VISIBLE_DEVICES?)");
  return count;
}

std::string NcclLibrary::bus_id(int device) const {
  char text[32] = "";
  check_nccl(table_.bus_id(device, text, sizeof text));
  return text;
}

std::filesystem::path nccl_plugin_path() { return plugin_path("tandem_nccl"); }

}  // namespace tandem::comm
