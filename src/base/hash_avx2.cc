#include "base/hash_avx2.h"

// This file alone is compiled for AVX2. So it includes nothing with inline functions that others may include too: the
// linker may keep any of their copies.
#define XXH_INLINE_ALL
#include <xxhash.h>

static_assert(XXH_VECTOR == XXH_AVX2);

namespace logwood {

uint64_t Hash64ByAvx2(const void* data, size_t size, uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(data, size, seed);
}

}  // namespace logwood
