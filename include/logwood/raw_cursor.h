#pragma once

#include <memory>
#include <vector>

#include "logwood/bytes.h"
#include "logwood/cursor.h"
#include "logwood/status.h"

namespace logwood {

// Entries in key order, each key once, tombstones (deletions) among them: what segments are built from, what merging
// takes and what is ingested. Segments give such cursors; implement it to let your own containers take part.
//
// What an implementation promises, and what it may rely on:
// - Keys rise as unsigned bytes compare. A cursor that lies about that, in whatever way a move can show it, is an error
//   of whoever uses it (kInvalidArgument), never a damaged file.
// - All moves may be mixed freely, those to keys that are not there included. Before the first move, past either end
//   and after an error it is not valid. Next() and Prev() are called on a valid cursor only.
// - An error is sticky: status() tells it from then on, and the cursor stays invalid. Running past an end is none.
// - What key() and value() point to lives until the next move or the end of the cursor.
// - The library seeks an implementation with keys that lie outside of what its key() and value() point to. The raw
//   cursors that the library gives may be sought with keys that lie within.
// - What it reads does not change while it is in use, and lives as long as it.
// - Keys have up to kKeySizeMax bytes and values up to kValueSizeMax where they are to be stored.
// Thread-compatible: it may be handed to another thread, and is used by one at a time.
class RawCursor {
 public:
  RawCursor() = default;
  RawCursor(const RawCursor&) = delete;  // Stands in one place.
  RawCursor& operator=(const RawCursor&) = delete;
  virtual ~RawCursor() = default;

  virtual void First() = 0;
  virtual void Last() = 0;
  // To the first key >= `key`.
  virtual void Seek(Bytes key) = 0;
  // To the last key <= `key`.
  virtual void SeekAtOrBefore(Bytes key) = 0;
  virtual void Next() = 0;
  virtual void Prev() = 0;

  [[nodiscard]] virtual bool valid() const = 0;
  // Require: valid().
  [[nodiscard]] virtual Bytes key() const = 0;
  // Empty where the entry is a tombstone.
  [[nodiscard]] virtual Bytes value() const = 0;
  // Whether the entry says that the key is deleted.
  [[nodiscard]] virtual bool is_tombstone() const { return false; }
  // OK, or what ended the cursor.
  [[nodiscard]] virtual Status status() const { return Status::Ok(); }
};

// `sources` as one cursor, the newest first: where several have a key, the entry of the one that stands first counts,
// be it a value or a tombstone. An error of any source is the cursor's error: nothing older may show through.
// Requires: no null pointers. Cost: a step compares the current keys of all sources.
[[nodiscard]] std::unique_ptr<RawCursor> MergeCursors(std::vector<std::unique_ptr<RawCursor>> sources);

// What lives in `source`: its entries without tombstones, as an ordinary cursor that stands on the first.
// Requires: not null.
[[nodiscard]] Cursor LivingCursorOf(std::unique_ptr<RawCursor> source);

// An ordinary cursor, of a collection or a view, as a raw one: within its bounds, and without tombstones.
[[nodiscard]] std::unique_ptr<RawCursor> RawCursorOf(Cursor cursor);

}  // namespace logwood
