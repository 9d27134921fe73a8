#pragma once

#include <memory>

#include "cursor/entry_cursor.h"

namespace logwood {

// `source` without its tombstones. Seek(kExact) on a tombstone is invalid; the other moves go on in their direction.
[[nodiscard]] std::unique_ptr<EntryCursor> NewLivingCursor(std::unique_ptr<EntryCursor> source);

}  // namespace logwood
