#include "training/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <malloc.h>
#ifdef TANDEM_TCMALLOC
#include <gperftools/malloc_extension.h>
#endif

#include <algorithm>
#include <filesystem>

#include "base/console.h"
#include "base/error.h"
#include "base/host.h"

namespace tandem::training {
namespace {

/// True if the NVIDIA driver answers; asked without LibTorch, whose CUDA hooks may be queried only once.
bool driver_present() { return std::filesystem::exists("/proc/driver/nvidia/version"); }

int visible_gpus() { return at::detail::getCUDAHooks().deviceCount(); }

/// Loads libtorch_cuda.so; empty on success, else the loader's reason.
std::string load_cuda_library() {
  if (::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL)) return "";
  return ::dlerror();
}

}  // namespace

void tune_allocator() {
#ifdef TANDEM_TCMALLOC
  MallocExtension::instance()->SetMemoryReleaseRate(0);
#else
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, -1);
  ::mallopt(M_TOP_PAD, 64 << 20);
  ::mallopt(M_ARENA_MAX, 1);
#endif
}

c10::Device choose_device(const std::string& name, std::int64_t threads, int local_rank, int local_ranks,
                          bool tf32) {
  at::set_num_threads(threads > 0 ? int(threads) : std::max(1, usable_cores() / local_ranks));
  if (name == "cpu" || (name == "auto" && !driver_present())) return c10::Device(c10::kCPU);
  const std::string reason = load_cuda_library();
  if (!reason.empty() || !at::hasCUDA()) {
    const std::string why = reason.empty() ? "no usable GPU" : reason;
    require(name == "auto",
            "training.device = \"cuda\", but: {}. Use training.device = \"cpu\", or set up with "
            "launch/setup.sh --cuda",
            why);
    console::warn("a GPU driver is here, but the CPU is used: " + why);
    return c10::Device(c10::kCPU);
  }
  at::globalContext().setAllowTF32CuBLAS(tf32);
  at::globalContext().setAllowTF32CuDNN(tf32);
  return c10::Device(c10::kCUDA, c10::DeviceIndex(local_rank % std::max(1, visible_gpus())));
}

}  // namespace tandem::training
