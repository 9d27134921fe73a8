#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "cursor/entry_cursor.h"
#include "cursor/range_tombstone.h"
#include "tests/cursor/vector_cursor.h"

namespace logwood::testing {

// What a cursor should show: by key, what is said of it.
struct ModelEntry {
  EntryType type = EntryType::kPut;
  std::string value;
};
using CursorModel = std::map<std::string, ModelEntry>;

// Makes the moves of `script` and returns what the cursor showed after each, both separated by blanks. Moves are `first
// last next prev =KEY >=KEY <=KEY`. Shown are key and value, with `-` for the value of a tombstone, or `.` when not
// valid, or `!` when not valid because of an error. Next and prev are left out while the cursor is not valid.
[[nodiscard]] std::string Walk(EntryCursor& cursor, std::string_view script);

// Makes `step_count` moves that `random` chooses, and expects the cursor to show what `model` has after each.
void WalkAtRandom(EntryCursor& cursor, const CursorModel& model, SeededRandom& random, int step_count);

// A key out of about 100: empty, equal in the first 8 bytes, padded with zero bytes, of the largest bytes; so that ties
// and edges are common.
[[nodiscard]] std::string RandomKey(SeededRandom& random);

// A range tombstone that owns its keys.
struct OwnedRange {
  std::string begin;
  std::string end;

  [[nodiscard]] RangeTombstone view() const { return {begin, end}; }
  [[nodiscard]] bool Covers(const std::string& key) const { return begin <= key && (end.empty() || key < end); }
};

// One between two of those keys; one in eight is open.
[[nodiscard]] OwnedRange RandomRangeTombstone(SeededRandom& random);

[[nodiscard]] std::vector<OwnedEntry> EntriesOf(const CursorModel& model);

}  // namespace logwood::testing
