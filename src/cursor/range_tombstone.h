#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/key_span.h"
#include "logwood/bytes.h"

namespace logwood {

// Says that the keys from `begin` (included) to `end` (excluded) have no value in anything older. An empty end: all
// keys from `begin` on, which can mean nothing else, since no key is below the empty one. Points into what somebody
// owns.
struct RangeTombstone {
  Bytes begin;
  Bytes end;

  [[nodiscard]] bool Covers(Bytes key) const noexcept { return begin <= key && EndsBehind(key); }
  // Whether keys at or above `key` may be covered.
  [[nodiscard]] bool EndsBehind(Bytes key) const noexcept { return end.empty() || key < end; }
  friend bool operator==(const RangeTombstone&, const RangeTombstone&) noexcept = default;
};

// Range tombstones in key order that do not overlap; they may touch. Borrowed: cheap to copy. Lookups are binary.
class RangeTombstones {
 public:
  RangeTombstones() noexcept = default;
  // Requires: order, as above.
  explicit RangeTombstones(std::span<const RangeTombstone> tombstones) noexcept : tombstones_(tombstones) {}

  [[nodiscard]] bool empty() const noexcept { return tombstones_.empty(); }
  [[nodiscard]] size_t size() const noexcept { return tombstones_.size(); }
  [[nodiscard]] const RangeTombstone& operator[](size_t index) const noexcept { return tombstones_[index]; }
  [[nodiscard]] auto begin() const noexcept { return tombstones_.begin(); }
  [[nodiscard]] auto end() const noexcept { return tombstones_.end(); }

  // The first that ends behind `key`; size() without one. It covers the key, or begins above it.
  [[nodiscard]] size_t FindEndingBehind(Bytes key) const noexcept;
  // The first that ends behind `key` or at it, as a key that it does not cover; size() without one.
  [[nodiscard]] size_t FindReaching(Bytes key) const noexcept;
  // The one that covers `key`; null without one.
  [[nodiscard]] const RangeTombstone* Covering(Bytes key) const noexcept;

 private:
  std::span<const RangeTombstone> tombstones_;
};

// The widest span around `key` for which the same one of each list covers them that covers `key`.
[[nodiscard]] KeySpan GapAround(std::span<const RangeTombstones> lists, Bytes key) noexcept;
// The first of the lists that covers `key`; nullopt without one.
[[nodiscard]] std::optional<size_t> FirstCovering(std::span<const RangeTombstones> lists, Bytes key) noexcept;
// Where what all lists together cover without a gap ends and begins, from `covered` on, which one of them covers.
// Cost: a look at each tombstone on the way, and a lookup in each list where the next does not touch it in its own.
[[nodiscard]] Bytes EndOfCovered(std::span<const RangeTombstones> lists, Bytes covered) noexcept;
[[nodiscard]] Bytes BeginOfCovered(std::span<const RangeTombstones> lists, Bytes covered) noexcept;

// All lists as one, in which those that overlap or touch are one. What comes of it points into the lists.
[[nodiscard]] std::vector<RangeTombstone> Unite(std::span<const RangeTombstones> lists);
// Adds to `united` what lies behind it, in the same way. Requires: `next` does not begin below its last.
void AppendUnited(std::vector<RangeTombstone>& united, const RangeTombstone& next);
// What of `tombstones` lies within `range`. What comes of it points into both.
[[nodiscard]] std::vector<RangeTombstone> Clip(RangeTombstones tombstones, const RangeTombstone& range);

}  // namespace logwood
