#pragma once

#include <cstdint>

#include "logwood/bytes.h"

namespace logwood {

// XXH3, 64 bits. The same on every machine and in every release: stored formats depend on it.
[[nodiscard]] uint64_t Hash64(Bytes data, uint64_t seed = 0) noexcept;

}  // namespace logwood
