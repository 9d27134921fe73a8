#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

#include "base/assert.h"

namespace logwood {

// A number that does not mix with numbers of another tag. 0 means none.
template <class Tag, class Number>
class StrongId {
 public:
  constexpr StrongId() noexcept = default;
  constexpr explicit StrongId(Number value) noexcept : value_(value) {}
  [[nodiscard]] constexpr Number value() const noexcept { return value_; }
  friend constexpr auto operator<=>(StrongId, StrongId) noexcept = default;

 private:
  Number value_ = 0;
};

// The number in a file's name; never used twice in a database (I6).
using FileNumber = StrongId<struct FileNumberTag, uint64_t>;
// The random number in a file's header, part of every checksum in it (I10).
using FileId = StrongId<struct FileIdTag, uint64_t>;
// The random number of a database, in the header of each of its files.
using DatabaseId = StrongId<struct DatabaseIdTag, uint64_t>;
// Never used twice in a database (I6).
using CollectionId = StrongId<struct CollectionIdTag, uint32_t>;

// The place of an operation in the order of all (I1): {epoch, 24 bits; counter, 40 bits}. 0 means before all.
// A database that is opened writes in an epoch of its own, so that no sequence is used twice (I6).
class Sequence {
 public:
  static constexpr uint64_t kCounterMax = (uint64_t{1} << 40) - 1;
  static constexpr uint32_t kEpochMax = (uint32_t{1} << 24) - 1;

  constexpr Sequence() noexcept = default;
  constexpr explicit Sequence(uint64_t value) noexcept : value_(value) {}
  // Requires: epoch <= kEpochMax, counter <= kCounterMax.
  static constexpr Sequence Of(uint32_t epoch, uint64_t counter) noexcept {
    LOGWOOD_ASSERT(epoch <= kEpochMax);
    LOGWOOD_ASSERT(counter <= kCounterMax);
    return Sequence((uint64_t{epoch} << 40) | counter);
  }
  static constexpr Sequence Max() noexcept { return Sequence(~uint64_t{0}); }

  [[nodiscard]] constexpr uint64_t value() const noexcept { return value_; }
  [[nodiscard]] constexpr uint32_t epoch() const noexcept { return static_cast<uint32_t>(value_ >> 40); }
  [[nodiscard]] constexpr uint64_t counter() const noexcept { return value_ & kCounterMax; }
  // The sequence `count` further on. Requires: it is in the same epoch.
  [[nodiscard]] constexpr Sequence Plus(uint64_t count) const noexcept {
    LOGWOOD_ASSERT(count <= kCounterMax - counter());  // I6: the next epoch may belong to somebody else.
    return Sequence(value_ + count);
  }
  friend constexpr auto operator<=>(Sequence, Sequence) noexcept = default;

 private:
  uint64_t value_ = 0;
};

// "3:17": epoch and counter.
[[nodiscard]] std::string ToString(Sequence sequence);

// Where an operation's value stands in a log: what a kind needs to refer to it instead of copying it.
struct LogAddress {
  FileNumber file;      // None: the value is in no log.
  uint64_t offset = 0;  // Of the value's first byte in the file.
  friend constexpr bool operator==(const LogAddress&, const LogAddress&) noexcept = default;
};

}  // namespace logwood

template <class Tag, class Number>
struct std::hash<logwood::StrongId<Tag, Number>> {
  size_t operator()(logwood::StrongId<Tag, Number> id) const noexcept { return std::hash<Number>()(id.value()); }
};
