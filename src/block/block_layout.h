#pragma once

#include <cstddef>
#include <cstdint>

#include "block/block.h"
#include "logwood/bytes.h"

namespace logwood {

// What a block's builder and its reader share; the grammar stands in block.h.

inline constexpr size_t kBlockChecksumOffset = 0;
inline constexpr size_t kBlockLengthOffset = kBlockChecksumOffset + sizeof(uint64_t);
inline constexpr size_t kBlockCountOffset = kBlockLengthOffset + sizeof(uint32_t);
inline constexpr size_t kBlockPrefixLengthOffset = kBlockCountOffset + sizeof(uint32_t);
inline constexpr size_t kBlockTailsLengthOffset = kBlockPrefixLengthOffset + sizeof(uint32_t);
inline constexpr size_t kBlockKindOffset = kBlockTailsLengthOffset + sizeof(uint32_t);
inline constexpr size_t kBlockFlagsOffset = kBlockKindOffset + sizeof(uint8_t);
inline constexpr size_t kBlockZeroOffset = kBlockFlagsOffset + sizeof(uint8_t);
static_assert(kBlockZeroOffset + sizeof(uint16_t) + sizeof(uint32_t) == kBlockHeaderSize);

inline constexpr size_t kBlockHeadSize = sizeof(uint64_t);
inline constexpr size_t kBlockAlignment = 8;
static_assert(kBlockHeaderSize % kBlockAlignment == 0);

// Bits of the flags; all others are reserved.
inline constexpr uint8_t kBlockWholeKeys = 1;  // Tails hold all that follows the prefix.
inline constexpr uint8_t kBlockWide = 2;       // Ends have 4 bytes.
inline constexpr uint8_t kBlockTypes = 4;      // Types are there.
inline constexpr uint8_t kBlockFlagsAll = kBlockWholeKeys | kBlockWide | kBlockTypes;

[[nodiscard]] constexpr uint64_t AlignUpToBlock(uint64_t size) noexcept {
  return (size + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
}

// The checksum that `block` must bear in its header. Requires: block.size() >= kBlockHeaderSize.
[[nodiscard]] uint64_t BlockChecksum(Bytes block, const BlockIdentity& identity) noexcept;

// The first 8 bytes of what follows the prefix, padded with zeros, as a big-endian number: where heads differ, they
// order keys as the keys themselves do.
[[nodiscard]] uint64_t BlockHead(Bytes suffix) noexcept;

}  // namespace logwood
