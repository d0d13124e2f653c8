#pragma once
#include <functional>

namespace tandem::bench {

/// Floating-point operations (an addition and a multiplication count as two) of all convolutions, forward and
/// backward, that some work executes, from the shapes they are called with.
double convolution_flop(const std::function<void()>& work);

/// Most FLOP/s of fused multiply-adds in float32 on registers, over `threads` threads: what the processor
/// could do.
double measured_fma_peak(int threads);

}  // namespace tandem::bench
