#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/arena.h"
#include "base/head_search.h"
#include "base/ids.h"
#include "base/key_span.h"
#include "codec/entry_type.h"
#include "cursor/entry_cursor.h"
#include "logwood/bytes.h"
#include "memtable/memtable_filter.h"
#include "memtable/memtable_node.h"
#include "memtable/memtable_range_tombstones.h"

namespace logwood {

// The newest entries of one collection in key order, all versions of each: a B+tree in an arena, whose leaves lead to
// the versions of their keys, newest first, and beside it the range tombstones. One writer; readers never wait and take
// no lock. Readers see what was added before the view they hold was published.
class Memtable {
 public:
  // What was added last to a key at or before a sequence: a tombstone too where a range tombstone is newer than the
  // key's own versions. Points into the arena.
  struct Hit {
    EntryType type;
    Bytes value;
    Sequence sequence;
    LogAddress address;
  };

  // Where something was added: a key, and the sequence of what was added last to it.
  struct Change {
    Bytes key;
    Sequence sequence;
  };

  // `arena` must outlive the memtable and its cursors.
  explicit Memtable(Arena& arena);
  Memtable(const Memtable&) = delete;  // Cursors refer to it.
  Memtable& operator=(const Memtable&) = delete;

  // Requires: `sequence` is larger than that of every entry in it; a key below 16 MiB and a value below 4 GiB. Copies
  // both into the arena. A key beyond all others costs no search. For a range tombstone see there what it costs.
  void Add(Sequence sequence, const Entry& entry);
  // The newest version of `key` not newer than `at`; nullopt without one.
  [[nodiscard]] std::optional<Hit> Get(Bytes key, Sequence at) const;
  // A key within `span` to which something was added after `since`; nullopt without one. Points into the arena or the
  // span. Cost: reads each key in the span.
  [[nodiscard]] std::optional<Change> FindChange(const KeySpan& span, Sequence since) const;
  // The newest versions not newer than `at`, tombstones included, in key order; keys without one are passed over, and
  // those that a newer range tombstone covers.
  // Moves allocate nothing. The memtable must outlive the cursor.
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursor(Sequence at) const;
  // The range tombstones not newer than `at`, in lists that may overlap one another: they hide what is older than the
  // memtable. Point into the arena.
  [[nodiscard]] std::vector<RangeTombstones> RangeTombstonesAt(Sequence at) const;

  // Versions and range tombstones added. Any thread.
  [[nodiscard]] uint64_t entry_count() const noexcept { return entry_count_.load(std::memory_order_relaxed); }
  // Of them tombstones of single keys. Any thread.
  [[nodiscard]] uint64_t tombstone_count() const noexcept { return tombstone_count_.load(std::memory_order_relaxed); }

 private:
  class Cursor;

  // A node but the root is made half full, or beside a full one that makes only one such; so 2^32 keys and more fit.
  static constexpr size_t kHeightMax = 12;

  // The way from the root to a leaf: inner nodes, and the slot taken in each.
  struct Path {
    struct Step {
      MemtableInner* node;
      size_t slot;
    };
    std::array<Step, kHeightMax> steps;
    size_t size = 0;
  };

  // Any thread. The range tombstones that a view at `at` sees; null without any.
  [[nodiscard]] const MemtableRangeTombstones* VisibleRangeTombstones(Sequence at) const {
    // Acquire: partner of the release in Add().
    const MemtableRangeTombstones* const newest = range_tombstones_.load(std::memory_order_acquire);
    return newest == nullptr ? nullptr : MemtableRangeTombstones::At(newest, at);
  }

  // Any thread. The leaf where `key` is, if it is anywhere; null while there is none. Fills `path` too, unless null.
  [[nodiscard]] MemtableLeaf* FindLeaf(Bytes key, Path* path = nullptr) const;

  // Any thread. The version of `key` that a view at `at` sees, were there no range tombstones; null without one.
  [[nodiscard]] const MemtableRecord* FindRecord(Bytes key, Sequence at) const;

  // The writer.
  void AddRangeTombstone(Sequence sequence, const RangeTombstone& tombstone);
  void AddNewKey(MemtableLeaf* leaf, Path& path, const MemtableRecord* record);
  void AddFirstKey(const MemtableRecord* record);
  [[nodiscard]] MemtableLeaf* MakeRoom(MemtableLeaf* leaf, Path& path, const MemtableRecord* record);
  [[nodiscard]] MemtableLeaf* Shed(MemtableLeaf* leaf, const SlotOrder& order, Path& path,
                                   const MemtableRecord* record);
  [[nodiscard]] MemtableLeaf* Halve(MemtableLeaf* leaf, const SlotOrder& order, Path& path, Bytes key);
  [[nodiscard]] MemtableLeaf* CopyPart(const MemtableLeaf& leaf, const SlotOrder& order, size_t begin, size_t end);
  void LinkInPlaceOf(const MemtableLeaf& old, MemtableLeaf* first, MemtableLeaf* last);
  void InsertChild(Path& path, const MemtableInner::Child& child, MemtableNode* left);
  void SplitInner(const Path::Step& step, Path& path, const MemtableInner::Child& child, MemtableNode* left);
  void GrowRoot(MemtableNode* left, const MemtableInner::Child& child);
  void ReplaceChild(const Path& path, MemtableNode* node);

  Arena& arena_;
  const HeadSearch& search_;
  std::atomic<MemtableNode*> root_ = nullptr;
  std::atomic<MemtableLeaf*> last_leaf_ = nullptr;
  const MemtableRecord* last_ = nullptr;  // The writer's: has the largest key, so that ordered appends need no search.
  std::atomic<const MemtableRangeTombstones*> range_tombstones_ = nullptr;
  MemtableFilter filter_;
  std::atomic<uint64_t> entry_count_ = 0;  // Relaxed: figures, nothing is published by them.
  std::atomic<uint64_t> tombstone_count_ = 0;
};

}  // namespace logwood
