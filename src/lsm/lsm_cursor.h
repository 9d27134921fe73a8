#pragma once

#include <memory>

#include "cursor/entry_cursor.h"
#include "lsm/lsm_trees.h"

namespace logwood {

// All partitions of `trees` one after the other, tombstones included. The trees must outlive the cursor.
// Cost: a partition's pieces are opened when the cursor enters it.
[[nodiscard]] std::unique_ptr<EntryCursor> NewLsmCursor(const LsmTrees& trees);

}  // namespace logwood
