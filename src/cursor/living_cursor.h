#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "cursor/entry_cursor.h"

namespace logwood {

// Tombstones at which a stretch that a cursor steps over is long.
inline constexpr uint64_t kTombstoneStretchMin = 16;

// `source` without its tombstones. Seek(kExact) on a tombstone is invalid; the other moves go on in their direction.
// Adds to `tombstones_passed`, unless it is null, the tombstones of each long stretch that it stepped over. That must
// outlive the cursor.
[[nodiscard]] std::unique_ptr<EntryCursor> NewLivingCursor(std::unique_ptr<EntryCursor> source,
                                                           std::atomic<uint64_t>* tombstones_passed = nullptr);

}  // namespace logwood
