#pragma once
#include <c10/core/Device.h>

#include <string>

namespace tandem::training {

/// Call first thing in main: has the allocator (tcmalloc where the build found it, else the C library's) keep
/// the memory of large, short-lived tensors. To give it back and fetch it again costs half of a step on the
/// CPU.
void tune_allocator();

/// The only place that chooses a device: "cpu", "cuda" (loads LibTorch's CUDA library, fails clearly without
/// one), or "auto" (cuda if a GPU is usable, else cpu). Must run before any other LibTorch call. Not run on a
/// GPU so far.
/// @param threads intra-op threads on the CPU; 0 = this rank's share of the cores
/// @param local_rank, local_ranks this rank among those on its host; a GPU is chosen by it
/// @param tf32 whether a GPU may round the factors of float32 products to 10 bits; LibTorch's own default
/// lets convolutions do so
c10::Device choose_device(const std::string& name, std::int64_t threads, int local_rank, int local_ranks,
                          bool tf32);

}  // namespace tandem::training
