#pragma once

#include <memory>
#include <vector>

#include "cursor/entry_cursor.h"
#include "cursor/range_tombstone.h"

namespace logwood {

// A cursor with the range tombstones of what it goes over: they hide entries of older sources, never its own.
struct MergingSource {
  std::unique_ptr<EntryCursor> cursor;
  std::vector<RangeTombstones> range_tombstones = {};  // Lists that may overlap one another.
};

// `sources` as one: where several have a key, the entry of the one that stands first (the newest) counts, and what
// range tombstones of a newer one cover is not there. What they point into must outlive the cursor. An error of any
// source is the cursor's error: nothing older may show through. A single one is returned as it is. A seek asks
// the newest first for the key itself and stops at the first hit: what is older need not be read, and of sources that
// have filters only those whose filter says maybe are; the others are placed by the first step. Cost: a linear minimum
// over the sources' keys each step. A source that comes to a covered key seeks to the other side of what is covered;
// while it is among keys that are not, it compares two keys a step with the nearest range tombstones.
[[nodiscard]] std::unique_ptr<EntryCursor> NewMergingCursor(std::vector<MergingSource> sources);
// The same without range tombstones.
[[nodiscard]] std::unique_ptr<EntryCursor> NewMergingCursor(std::vector<std::unique_ptr<EntryCursor>> children);

}  // namespace logwood
