#pragma once

#include <memory>

#include "cursor/entry_cursor.h"
#include "lsm/lsm_trees.h"

namespace logwood {

// All partitions of `trees` one after the other, tombstones included. The trees must outlive the cursor.
// Cost: a partition's pieces are opened when the cursor enters it, and kept for when it comes again: of 16 partitions
// next to one another all, so that seeks among them allocate nothing; a leaf of each piece stays in memory.
[[nodiscard]] std::unique_ptr<EntryCursor> NewLsmCursor(const LsmTrees& trees);

}  // namespace logwood
