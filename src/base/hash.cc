#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace logwood {

uint64_t Hash64(Bytes data, uint64_t seed) noexcept { return XXH3_64bits_withSeed(data.data(), data.size(), seed); }

}  // namespace logwood
