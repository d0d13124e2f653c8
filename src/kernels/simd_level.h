#pragma once

namespace tandem::kernels {

/// Vector instructions that kernels are compiled for, lowest first.
enum class SimdLevel { Portable, Avx2, Avx512 };

/// Whether this program has kernels of that level and this processor (and its system) can run them.
bool is_supported(SimdLevel level);

/// The highest supported level; looked up once.
SimdLevel best_simd_level();

/// "portable", "avx2" or "avx512".
const char* name_of(SimdLevel level);

}  // namespace tandem::kernels
