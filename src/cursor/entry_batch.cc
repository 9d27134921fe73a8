#include "cursor/entry_batch.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace logwood {
namespace {

// So many entries in one piece are handed over as they are: to copy them and go on would cost more than another batch.
constexpr size_t kPieceMin = 16;

Bytes CopyTo(std::byte* to, Bytes bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return {to, bytes.size()};
}

}  // namespace

void EntryBatch::Begin(size_t count_max) {
  LOGWOOD_DEBUG_ASSERT(count_max > 0);
  entries_.clear();
  count_max_ = count_max;
  limit_ = nullptr;
  bytes_taken_ = 0;
}

void EntryBatch::Fill(EntryCursor& cursor) {
  while (cursor.valid()) {
    const size_t begin = size();
    cursor.Gather(*this);
    if (is_full() || size() - begin >= kPieceMin || !CopyFrom(begin)) return;
    cursor.Next();
  }
}

std::byte* EntryBatch::Take(size_t size) {
  if (size > kBytesMax - bytes_taken_) return nullptr;
  if (bytes_ == nullptr) bytes_ = std::make_unique_for_overwrite<std::byte[]>(kBytesMax);
  std::byte* const taken = bytes_.get() + bytes_taken_;
  bytes_taken_ += size;
  return taken;
}

void EntryBatch::RemoveTombstones(size_t begin) {
  const auto is_tombstone = [](const Entry& entry) { return entry.type == EntryType::kTombstone; };
  const auto removed = std::ranges::remove_if(std::span(entries_).subspan(begin), is_tombstone);
  entries_.resize(entries_.size() - removed.size());
}

// Makes what the entries from `begin` on point to its own; false where there is no room for all of it.
bool EntryBatch::CopyFrom(size_t begin) {
  const std::span<Entry> entries = std::span(entries_).subspan(begin);
  size_t size = 0;
  for (const Entry& entry : entries) size += entry.key.size() + entry.value.size();
  std::byte* to = Take(size);
  if (to == nullptr) return false;
  for (Entry& entry : entries) {
    entry.key = CopyTo(to, entry.key);
    to += entry.key.size();
    entry.value = CopyTo(to, entry.value);
    to += entry.value.size();
  }
  return true;
}

}  // namespace logwood
