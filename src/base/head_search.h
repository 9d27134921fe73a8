#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "logwood/bytes.h"

namespace logwood {

// Eight bytes of a key as one number: numbers order as the bytes do. Signed, since that is what vector units compare.
using KeyHead = int64_t;
inline constexpr KeyHead kKeyHeadMin = INT64_MIN;
inline constexpr KeyHead kKeyHeadMax = INT64_MAX;
inline constexpr size_t kKeyHeadSize = 8;

// The head of the eight bytes at `data`.
[[nodiscard]] inline KeyHead LoadKeyHead(const std::byte* data) noexcept {
  uint64_t value = 0;
  std::memcpy(&value, data, sizeof(value));
  if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
  return static_cast<KeyHead>(value ^ (uint64_t{1} << 63));
}
// The head of bytes of which there may be fewer than eight, as if zeros followed: so it ties with that of longer ones.
[[nodiscard]] KeyHead PaddedKeyHead(Bytes bytes) noexcept;

// The largest of some heads that is not above another, and a bit for each place where it stands.
struct KeyHeadFloor {
  KeyHead head;
  uint64_t places;
};

// Searches in up to 64 heads that stand in no particular order, with vector instructions where the processor has them:
// one way of doing it for each instruction set. All read the first `count` heads and nothing behind them, so that the
// rest may be written meanwhile. Immutable, thread-safe.
struct HeadSearch {
  static constexpr size_t kHeadsMax = 64;

  const char* name;
  // A bit for each place where `head` stands.
  uint64_t (*equal)(const KeyHead* heads, size_t count, KeyHead head) noexcept;
  // A bit for each place where a smaller head stands.
  uint64_t (*less)(const KeyHead* heads, size_t count, KeyHead head) noexcept;
  // The largest that is not above `head`; without one no places.
  KeyHeadFloor (*floor)(const KeyHead* heads, size_t count, KeyHead head) noexcept;
  // Fills in for each of the last ranks.size() places how many smaller heads there are among all `count`.
  void (*rank)(const KeyHead* heads, size_t count, std::span<uint8_t> ranks) noexcept;

  // The fastest that this processor has. Under ThreadSanitizer the portable one, whose reads it sees.
  [[nodiscard]] static const HeadSearch& Best() noexcept;
  // All that this processor has, the portable one first.
  [[nodiscard]] static std::span<const HeadSearch> All() noexcept;
};

}  // namespace logwood
