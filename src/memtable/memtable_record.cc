#include "memtable/memtable_record.h"

#include <cstring>
#include <limits>
#include <memory>
#include <type_traits>

#include "base/assert.h"

namespace logwood {

// The arena runs no destructors.
static_assert(std::is_trivially_destructible_v<MemtableRecord>);
static_assert(sizeof(MemtableRecord) == 24);

namespace {
constexpr size_t kOlderSize = sizeof(const MemtableRecord*);
}  // namespace

const MemtableRecord* MemtableRecord::Make(Arena& arena, Sequence sequence, const Entry& entry,
                                           const MemtableRecord* older) {
  constexpr uint64_t kNarrowMax = std::numeric_limits<uint32_t>::max();
  LOGWOOD_ASSERT(entry.key.size() <= kKeySizeMax);
  LOGWOOD_ASSERT(entry.value.size() <= kNarrowMax);
  const bool is_wide = entry.address.file.value() > kNarrowMax || entry.address.offset > kNarrowMax;
  const size_t before = (older == nullptr ? 0 : kOlderSize) + (is_wide ? sizeof(LogAddress) : 0);
  std::byte* memory = arena.Allocate(before + sizeof(MemtableRecord) + entry.key.size() + entry.value.size());
  if (is_wide) {
    std::construct_at(reinterpret_cast<LogAddress*>(memory), entry.address);
    memory += sizeof(LogAddress);
  }
  if (older != nullptr) {
    std::construct_at(reinterpret_cast<const MemtableRecord**>(memory), older);
    memory += kOlderSize;
  }
  auto* const record = std::construct_at(reinterpret_cast<MemtableRecord*>(memory));
  record->sequence_ = sequence;
  if (!is_wide) {
    record->file_ = static_cast<uint32_t>(entry.address.file.value());
    record->offset_ = static_cast<uint32_t>(entry.address.offset);
  }
  record->value_size_ = static_cast<uint32_t>(entry.value.size());
  record->tags_ = static_cast<uint32_t>(entry.key.size()) << kKeySizeShift | static_cast<uint32_t>(entry.type) |
                  (older == nullptr ? 0 : kHasOlder) | (is_wide ? kHasWideAddress : 0);
  std::byte* const body = memory + sizeof(MemtableRecord);
  if (!entry.key.empty()) std::memcpy(body, entry.key.data(), entry.key.size());
  if (!entry.value.empty()) std::memcpy(body + entry.key.size(), entry.value.data(), entry.value.size());
  return record;
}

LogAddress MemtableRecord::address() const noexcept {
  if ((tags_ & kHasWideAddress) == 0) return {.file = FileNumber(file_), .offset = offset_};
  const auto* end = reinterpret_cast<const std::byte*>(this);
  if ((tags_ & kHasOlder) != 0) end -= kOlderSize;
  return *(reinterpret_cast<const LogAddress*>(end) - 1);
}

}  // namespace logwood
