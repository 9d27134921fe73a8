#pragma once

#include <cstddef>
#include <cstdint>

namespace logwood {

// XXH3 by instructions that not every x86-64 processor has. Requires: the processor has AVX2.
uint64_t Hash64ByAvx2(const void* data, size_t size, uint64_t seed) noexcept;

}  // namespace logwood
