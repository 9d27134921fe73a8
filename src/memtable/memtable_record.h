#pragma once

#include <cstddef>
#include <cstdint>

#include "base/arena.h"
#include "base/ids.h"
#include "codec/entry_type.h"
#include "cursor/entry_cursor.h"
#include "logwood/bytes.h"

namespace logwood {

// One version of one key as it stands in the arena, immutable:
//
//   [file, offset: where the log holds the value, 8 bytes each]   only if one of them needs more than 4 bytes
//   [the version before it]                                       only if there is one
//   MemtableRecord                                                24 bytes; pointers point here
//   key
//   value
class MemtableRecord {
 public:
  static constexpr size_t kKeySizeMax = (size_t{1} << 24) - 1;

  // `older`: the version that this one replaces; null without one. Requires: a key up to kKeySizeMax, a value below
  // 4 GiB.
  [[nodiscard]] static const MemtableRecord* Make(Arena& arena, Sequence sequence, const Entry& entry,
                                                  const MemtableRecord* older);

  [[nodiscard]] Sequence sequence() const noexcept { return sequence_; }
  [[nodiscard]] EntryType type() const noexcept { return static_cast<EntryType>(tags_ & kTypeMask); }
  [[nodiscard]] Bytes key() const noexcept { return {body(), tags_ >> kKeySizeShift}; }
  [[nodiscard]] Bytes value() const noexcept { return {body() + (tags_ >> kKeySizeShift), value_size_}; }
  [[nodiscard]] LogAddress address() const noexcept;
  [[nodiscard]] const MemtableRecord* older() const noexcept {
    return (tags_ & kHasOlder) == 0 ? nullptr : *(reinterpret_cast<const MemtableRecord* const*>(this) - 1);
  }

  // The newest version not newer than `at`, from `newest` down; null without one.
  [[nodiscard]] static const MemtableRecord* At(const MemtableRecord* newest, Sequence at) noexcept {
    while (newest != nullptr && newest->sequence_ > at) newest = newest->older();
    return newest;
  }

 private:
  static constexpr uint32_t kTypeMask = 0x0f;
  static constexpr uint32_t kHasOlder = 0x10;
  static constexpr uint32_t kHasWideAddress = 0x20;
  static constexpr uint32_t kKeySizeShift = 8;

  [[nodiscard]] const std::byte* body() const noexcept { return reinterpret_cast<const std::byte*>(this + 1); }

  Sequence sequence_;
  uint32_t file_ = 0;
  uint32_t offset_ = 0;
  uint32_t value_size_ = 0;
  uint32_t tags_ = 0;  // {size of the key, 24 bits; kHas..., 4 bits; type, 4 bits}.
};

}  // namespace logwood
