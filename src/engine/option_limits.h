#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "logwood/options.h"
#include "logwood/status.h"

namespace logwood {

// Sealed generations that may wait for their flush before writers wait too: memory stays within three memtables.
inline constexpr size_t kSealedGenerationsMax = 2;

// Errors: kInvalidArgument, which names the option and what it may be.
Status CheckRange(std::string_view name, uint64_t value, uint64_t min, uint64_t max);
// Errors: kInvalidArgument (an option out of its range), kUnsupported (kSalvage).
Status CheckOptions(const Options& options);
// Bytes at which a generation is sealed. Requires: CheckOptions() succeeded.
[[nodiscard]] uint64_t MemtableSizeOf(const Options& options);

}  // namespace logwood
