#include "kernels/simd_level.h"

namespace tandem::kernels {

bool is_supported(SimdLevel level) {
  if (level == SimdLevel::Portable) return true;
#ifdef TANDEM_X86_LEVELS
  // These ask for the system's support of the wide registers, too.
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (level == SimdLevel::Avx2) return avx2;
  return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
#else
  return false;
#endif
}

SimdLevel best_simd_level() {
  static const SimdLevel best = is_supported(SimdLevel::Avx512) ? SimdLevel::Avx512
                                : is_supported(SimdLevel::Avx2) ? SimdLevel::Avx2
                                                                : SimdLevel::Portable;
  return best;
}

const char* name_of(SimdLevel level) {
  return level == SimdLevel::Avx512 ? "avx512" : level == SimdLevel::Avx2 ? "avx2" : "portable";
}

}  // namespace tandem::kernels
