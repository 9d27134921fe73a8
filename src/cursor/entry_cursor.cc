#include "cursor/entry_cursor.h"

#include "base/assert.h"
#include "cursor/entry_batch.h"

namespace logwood {

void EntryCursor::Gather(EntryBatch& batch) {
  LOGWOOD_DEBUG_ASSERT(valid_);
  batch.Add(entry_);
}

const Block* EntryCursor::WholeBlock(const Bytes*) { return nullptr; }

void EntryCursor::PassBlock() { LOGWOOD_ASSERT(false); }

}  // namespace logwood
