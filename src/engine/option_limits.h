#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/pacing.h"
#include "logwood/options.h"
#include "logwood/status.h"

namespace logwood {

// Sealed generations that may wait for their flush before the active one is sealed later than it is full.
inline constexpr size_t kSealedGenerationsMax = kGenerationsMax - 1;

// Errors: kInvalidArgument, which names the option and what it may be.
Status CheckRange(std::string_view name, uint64_t value, uint64_t min, uint64_t max);
// Whether a database that is opened so is never written.
[[nodiscard]] constexpr bool OnlyReads(OpenMode mode) noexcept {
  return mode == OpenMode::kReadOnly || mode == OpenMode::kSalvage;
}

// Errors: kInvalidArgument (an option out of its range).
Status CheckOptions(const Options& options);
// Bytes at which a generation is sealed. Requires: CheckOptions() succeeded.
[[nodiscard]] uint64_t MemtableSizeOf(const Options& options);
// What memtables may take all together before a full one waits to be sealed for as long as that takes: at least
// kGenerationsMax of them, which is what writes are paced by.
[[nodiscard]] uint64_t MemtablesBytesMaxOf(const Options& options);
// What memtables may take that views alone still hold, before the oldest views are spilled.
[[nodiscard]] uint64_t HeldMemtablesBytesMaxOf(const Options& options);

}  // namespace logwood
