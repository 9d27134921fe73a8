#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/arena.h"
#include "base/ids.h"
#include "base/random.h"
#include "codec/entry_type.h"
#include "cursor/entry_cursor.h"
#include "logwood/bytes.h"

namespace logwood {

// The newest entries of one collection in key order, all versions of each: a skip list with inline keys, whose nodes
// hold the versions of their key, newest first. One writer; readers never wait and take no lock.
// Readers see what was added before the view they hold was published.
class Memtable {
 public:
  // What was added last to a key at or before a sequence. Points into the arena.
  struct Hit {
    EntryType type;
    Bytes value;
    Sequence sequence;
    LogAddress address;
  };

  // `arena` must outlive the memtable and its cursors.
  explicit Memtable(Arena& arena);
  Memtable(const Memtable&) = delete;  // Nodes point into it.
  Memtable& operator=(const Memtable&) = delete;

  // Requires: `sequence` is larger than that of every entry in it. Copies key and value into the arena.
  void Add(Sequence sequence, const Entry& entry);
  // The newest version of `key` not newer than `at`; nullopt without one.
  [[nodiscard]] std::optional<Hit> Get(Bytes key, Sequence at) const;
  // The newest versions not newer than `at`, tombstones included, in key order; keys without one are passed over.
  // The memtable must outlive the cursor.
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursor(Sequence at) const;

  [[nodiscard]] uint64_t entry_count() const noexcept { return entry_count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> entry_count_ = 0;  // Relaxed: a figure, nothing is published by it.
};

}  // namespace logwood
