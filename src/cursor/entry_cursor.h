#pragma once

#include <cstdint>

#include "base/ids.h"
#include "codec/entry_type.h"
#include "logwood/bytes.h"
#include "logwood/status.h"

namespace logwood {

class Block;  // Passed on alone: cursors that are made of others know nothing of it.
class EntryBatch;

// One key with what is said of it.
struct Entry {
  EntryType type = EntryType::kPut;
  bool begins_block = false;  // Whether it is the first of a stored block.
  Bytes key;
  Bytes value;
  LogAddress address;  // Memtable entries only: where the log holds the value.
};

enum class SeekTo : uint8_t {
  kExact = 0,       // The key itself, or invalid.
  kAtOrAfter = 1,   // The first entry with a key >= it.
  kAtOrBefore = 2,  // The last entry with a key <= it.
};

// The inner cursor: entries of one ordered source, each key once, tombstones included. All moves may be mixed freely.
// Before the first move, past either end, and after an error it is not valid. An error is sticky: from then on the
// cursor stays invalid and status() tells. What entry() points to lives until the next move or the cursor's end,
// whichever comes first. Thread-compatible; several cursors over one source may be used at once.
class EntryCursor {
 public:
  EntryCursor() = default;
  EntryCursor(const EntryCursor&) = delete;  // Holds pins of its source.
  EntryCursor& operator=(const EntryCursor&) = delete;
  virtual ~EntryCursor() = default;

  // `key` may point into the entry that the cursor stands on.
  virtual void Seek(Bytes key, SeekTo to) = 0;
  virtual void First() = 0;
  virtual void Last() = 0;
  // To the next larger or smaller key. Requires: valid().
  virtual void Next() = 0;
  virtual void Prev() = 0;
  // Adds the entry that it stands on to `batch`, and of those behind it as many as it has at hand: all that they point
  // to lives as long as it stands on the last of them, or in the batch. It does stand there then, or on tombstones that
  // follow it, and may go on by Next() or to elsewhere, but not by Prev(). Requires: valid(); the batch is not full,
  // and its limit is behind that entry.
  virtual void Gather(EntryBatch& batch);
  // The stored block that begins with the entry that it stands on, where all of its entries are puts, the cursor would
  // give them one after the other, and they stand before `limit` (null: nothing is behind it); else null. It lives as
  // long as entry(). Requires: valid(), entry().begins_block.
  [[nodiscard]] virtual const Block* WholeBlock(const Bytes* limit);
  // To the entry behind the block. Requires: no move since WholeBlock() told of one.
  virtual void PassBlock();

  [[nodiscard]] bool valid() const noexcept { return valid_; }
  // Requires: valid().
  [[nodiscard]] const Entry& entry() const noexcept { return entry_; }
  [[nodiscard]] const Status& status() const noexcept { return status_; }

 protected:
  // Moves set these three; not virtual, so that looking at an entry costs no call.
  bool valid_ = false;
  Entry entry_;
  Status status_;
};

}  // namespace logwood
