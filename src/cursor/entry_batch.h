#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "cursor/entry_cursor.h"
#include "logwood/bytes.h"

namespace logwood {

// Some entries in key order that a cursor gave together. What they point to lives until that cursor's next move, or is
// the batch's own. Thread-compatible.
class EntryBatch {
 public:
  // Bytes of its own, for keys that do not stand in one piece and for what has to be copied.
  static constexpr size_t kBytesMax = size_t{32} << 10;

  // Lets go of what it has. From now on it takes up to `count_max` entries, of any keys. Requires: count_max > 0.
  void Begin(size_t count_max);
  // Fills it, from the entry that `cursor` stands on to one behind it: with those that the cursor gives in one piece
  // where these are many, else with copies. Leaves the cursor on the last of them, or past its end where there are no
  // more. Requires: `cursor` is valid.
  void Fill(EntryCursor& cursor);

  [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }
  [[nodiscard]] bool is_full() const noexcept { return entries_.size() >= count_max_; }
  [[nodiscard]] size_t size() const noexcept { return entries_.size(); }

  // For who gathers. Entries from this key on are not for it; null: all are. What it points to is the caller's.
  [[nodiscard]] const Bytes* limit() const noexcept { return limit_; }
  const Bytes* SetLimit(const Bytes* limit) noexcept { return std::exchange(limit_, limit); }
  // Room for `size` bytes that live as long as its entries; null where there is none.
  [[nodiscard]] std::byte* Take(size_t size);
  // Requires: !is_full().
  void Add(const Entry& entry) { entries_.push_back(entry); }
  // Takes out the tombstones among the entries from `begin` on.
  void RemoveTombstones(size_t begin);

 private:
  [[nodiscard]] bool CopyFrom(size_t begin);

  std::vector<Entry> entries_;
  size_t count_max_ = 0;
  const Bytes* limit_ = nullptr;
  std::unique_ptr<std::byte[]> bytes_;  // Null until some are taken.
  size_t bytes_taken_ = 0;
};

}  // namespace logwood
