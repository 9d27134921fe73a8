#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/arena.h"
#include "base/ids.h"
#include "base/key_span.h"
#include "cursor/range_tombstone.h"

namespace logwood {

// The range tombstones of a memtable up to one sequence: immutable, in an arena. Each that is added makes a new
// version, which shares what it can with the one before; readers hold the version of their view.
//
//   1. A version is a chain of lists, the newest first. In a list tombstones do not overlap: where several did, the
//      newest of them stands, with its sequence. All sequences of a list are above those of the lists behind it.
//   2. A new tombstone is a list of its own at the front, of level 0. Where it would be the kFanout-th of its level, it
//      is merged with those into one list of the next level, and so on (the logarithmic method; Bentley & Saxe 1980).
//   3. A version knows the one before it and one further back, so that an old view finds its own in logarithmic time
//      (skew-binary jump pointers; Myers 1983).
//
// Cost of adding n: each is copied log4(n) times. Of 100,000 each takes 200 to 600 bytes, however they overlap. A
// lookup asks up to 3 log4(n) lists, each by binary search.
class MemtableRangeTombstones {
 public:
  // The version with `tombstone` on top of `before`, which may be null. Keys are copied into the arena.
  // Requires: `sequence` is above those in `before`; the tombstone's end is empty or above its begin.
  [[nodiscard]] static const MemtableRangeTombstones* Add(const MemtableRangeTombstones* before, Sequence sequence,
                                                          const RangeTombstone& tombstone, Arena& arena);
  // The version that a view at `at` sees, from the newest one on; null where it sees none.
  [[nodiscard]] static const MemtableRangeTombstones* At(const MemtableRangeTombstones* newest, Sequence at) noexcept;

  // The sequence of the newest one that covers `key`, if it is above `above`; 0 without one.
  [[nodiscard]] Sequence Covering(Bytes key, Sequence above) const noexcept;
  // Where a range tombstone begins, or a part of one, and its sequence.
  struct Newer {
    Bytes begin;
    Sequence sequence;
  };
  // One that is newer than `since` and covers any of `span`; nullopt without one.
  [[nodiscard]] std::optional<Newer> FindNewer(const KeySpan& span, Sequence since) const noexcept;
  // Its lists, the newest first.
  [[nodiscard]] std::vector<RangeTombstones> lists() const;
  // How many were added up to here.
  [[nodiscard]] uint64_t count() const noexcept { return count_; }

 private:
  static constexpr size_t kFanout = 4;

  struct List {
    std::span<const RangeTombstone> tombstones;
    std::span<const Sequence> sequences;  // One for each.
  };

  struct Draft;

  [[nodiscard]] static Draft Merge(const Draft& newer, const List& older);
  // How many lists from this one on are of level `level`.
  [[nodiscard]] size_t CountOf(uint32_t level) const noexcept;

  // By how many versions it leaps back.
  [[nodiscard]] uint64_t LeapSize() const noexcept {
    return count_ - (far_before_ == nullptr ? 0 : far_before_->count_);
  }

  MemtableRangeTombstones() = default;

  List list_;
  uint32_t level_ = 0;
  uint64_t count_ = 0;
  Sequence newest_;                                      // In this version.
  const MemtableRangeTombstones* behind_ = nullptr;      // The next list of this version.
  const MemtableRangeTombstones* before_ = nullptr;      // The version without the newest.
  const MemtableRangeTombstones* far_before_ = nullptr;  // One before that, or the same.
};

}  // namespace logwood
