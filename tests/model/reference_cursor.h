#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "logwood/cursor.h"

namespace logwood::testing {

// What a collection holds, as it should be.
using Entries = std::map<std::string, std::string>;

// Bounds of a scan: a limit that is absent is no limit.
struct ScanBounds {
  std::string start;
  std::optional<std::string> limit;
};

// The keys that begin with `prefix`, found the slow way: no arithmetic on the last byte.
[[nodiscard]] Entries EntriesWithPrefix(const Entries& entries, const std::string& prefix);
[[nodiscard]] Entries EntriesWithin(const Entries& entries, const ScanBounds& bounds);

enum class CursorMove : uint8_t { kFirst, kLast, kSeek, kSeekAtOrBefore, kSeekExact, kNext, kPrev, kNextBatch };
inline constexpr uint64_t kCursorMoveCount = 8;

// A database cursor and what it should show, moved in step. Thread-compatible.
class CheckedCursor {
 public:
  // `entries` are those within the bounds of `cursor`, which has just been made.
  CheckedCursor(Cursor cursor, Entries entries);
  CheckedCursor(const CheckedCursor&) = delete;  // Holds an iterator into its own entries.
  CheckedCursor& operator=(const CheckedCursor&) = delete;
  ~CheckedCursor() = default;

  // Moves both; where they stand past an end or behind a batch, kNext and kPrev count as kFirst and kLast. `key` is for
  // seeks; its length decides on that of a batch. Returns "" or how the two differ.
  [[nodiscard]] std::string Move(CursorMove move, const std::string& key);
  // Walks from end to end, both ways, and by batches.
  [[nodiscard]] std::string WalkAll();
  // "" or how the two differ where they stand.
  [[nodiscard]] std::string Compare() const;

 private:
  void MoveReference(CursorMove move, const std::string& key);
  void MoveCursor(CursorMove move, const std::string& key);
  std::string TakeBatch(size_t count_max);
  [[nodiscard]] bool IsExpectedValid() const { return !is_behind_batch_ && position_ != entries_.end(); }

  Cursor cursor_;
  const Entries entries_;
  Entries::const_iterator position_;  // Where a batch would begin.
  bool is_behind_batch_ = false;
};

// A key or value as text that a terminal bears, shortened.
[[nodiscard]] std::string Printable(std::string_view bytes);

}  // namespace logwood::testing
