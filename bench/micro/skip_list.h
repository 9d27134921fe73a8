#pragma once

#include <array>
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
#include "memtable/memtable.h"

namespace logwood::bench {

// The baseline that memtables are measured against: a skip list with inline keys, whose nodes hold the versions of
// their key, newest first. It does what Memtable does, with the same guarantees to readers.
class SkipList {
 public:
  using Hit = Memtable::Hit;

  // `arena` must outlive the list and its cursors.
  explicit SkipList(Arena& arena);
  SkipList(const SkipList&) = delete;  // Nodes point into it.
  SkipList& operator=(const SkipList&) = delete;

  // Requires: `sequence` is larger than that of every entry in it; key and value below 4 GiB. Copies both into the
  // arena. A key beyond all others costs no search.
  void Add(Sequence sequence, const Entry& entry);
  // The newest version of `key` not newer than `at`; nullopt without one.
  [[nodiscard]] std::optional<Hit> Get(Bytes key, Sequence at) const;
  // The newest versions not newer than `at`, tombstones included, in key order; keys without one are passed over.
  // The list must outlive the cursor.
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursor(Sequence at) const;

  // Versions added. Any thread.
  [[nodiscard]] uint64_t entry_count() const noexcept { return entry_count_.load(std::memory_order_relaxed); }

 private:
  class Cursor;
  struct Version;
  struct Node;

  static constexpr size_t kHeightMax = 12;  // With one node in 4 going a level higher: enough for 4^12 keys.

  // The last node before a place on each level of the list.
  using Splice = std::array<Node*, kHeightMax>;

  // The two nodes that a key lies between; null stands for the ends.
  struct Place {
    Node* before;       // The last with a smaller key.
    Node* at_or_after;  // The first with no smaller key.
  };

  // Any thread. Fills `splice` too, unless it is null.
  [[nodiscard]] Place Find(Bytes key, Splice* splice = nullptr) const;
  [[nodiscard]] const Node* FindLast() const;

  // The writer.
  [[nodiscard]] Node* FindForAdd(Bytes key, Splice& splice) const;
  [[nodiscard]] Node* NewNode(Bytes key, size_t height);
  [[nodiscard]] const Version* NewVersion(Sequence sequence, const Entry& entry, const Version* older);
  void Link(Node* node, const Splice& splice);
  [[nodiscard]] size_t DrawHeight() noexcept;

  Arena& arena_;
  Node* const head_;  // Has no key, stands before all, and is of full height.
  Splice tail_{};     // The writer's: the last node of each level, so that ordered appends need no search.
  SeededRandom random_{0};
  std::atomic<uint64_t> entry_count_ = 0;  // Relaxed: a figure, nothing is published by it.
};

}  // namespace logwood::bench
