#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "codec/entry_type.h"
#include "logwood/bytes.h"
#include "logwood/result.h"

namespace logwood {

// A block: the unit of storage I/O, checksum and caching; one node of a tree; docs/format/block.md.
//
//   block  = header (32 bytes) | prefix | zeros to a multiple of 8 | heads (8 bytes each) | key ends | value ends |
//            types (absent where all are puts) | tails | values
//   header = checksum u64 | block length u32 | count u32 | prefix length u32 | tails length u32 | kind u8 | flags u8 |
//            zero u16 | zero u32
//
// The prefix is common to all keys, and at most 8 bytes shorter than the shortest, so that a head always holds 8 real
// bytes of its key: those behind the prefix, as a big-endian number. A tail is what follows the head (flag kWholeKeys:
// what follows the prefix, heads being padded with zeros; used where a key is shorter than 8 bytes, and where values
// are so large that space does not matter). Ends are offsets behind tail i and value i, of 2 bytes, or of 4 with the
// flag kWide. All numbers are little-endian, heads too: a head is compared as a number.
// The checksum is seeded with {file id, offset, kind} and covers the rest of the block (I10).

enum class BlockKind : uint8_t {
  kLeaf = 1,    // Entries.
  kInner = 2,   // Separators; values are 8-byte references to children. Key i is >= every key below child i - 1 and
                // <= every key below child i; the first key is empty or any lower bound.
  kFilter = 3,  // Opaque: one entry with an empty key.
  kFooter = 4,  // Opaque: one entry with an empty key.
};

inline constexpr size_t kBlockHeaderSize = 32;
// The largest block: one entry of the largest key and value, with its frame.
inline constexpr size_t kBlockSizeMax = size_t{64} << 20;

// Where a block stands in its file: 8 bytes, {file slot 16 bits | length class 8 bits | offset / 8, 40 bits}.
// The length class gives an upper bound of the block's length, at most one eighth above it; the header has the length.
// Slot 0 is the file that the reference itself stands in; others are reserved.
class BlockReference {
 public:
  constexpr BlockReference() noexcept = default;
  constexpr explicit BlockReference(uint64_t packed) noexcept : packed_(packed) {}
  // Requires: offset is a multiple of 8 and below 2^43; 0 < length <= kBlockSizeMax.
  static BlockReference Of(uint64_t offset, size_t length) noexcept;

  [[nodiscard]] constexpr uint64_t packed() const noexcept { return packed_; }
  [[nodiscard]] uint64_t offset() const noexcept;
  [[nodiscard]] size_t length_max() const noexcept;
  [[nodiscard]] uint16_t file_slot() const noexcept;
  friend constexpr bool operator==(BlockReference, BlockReference) noexcept = default;

 private:
  uint64_t packed_ = 0;
};

// What a block's checksum is bound to.
struct BlockIdentity {
  FileId file_id;
  uint64_t offset = 0;
  BlockKind kind = BlockKind::kLeaf;
};

// Collects entries in key order and lays them out as a block. Thread-compatible.
class BlockBuilder {
 public:
  // `size_target`: bytes at which a block is full. One entry always fits, however large.
  BlockBuilder(BlockKind kind, size_t size_target);

  // Whether an entry would keep the block within its target.
  [[nodiscard]] bool Fits(Bytes key, Bytes value) const;
  // Requires: `key` is larger than every key in it.
  void Add(Bytes key, EntryType type, Bytes value);
  // The block as it is stored; lives until the next call. Requires: count() > 0.
  [[nodiscard]] Bytes Finish(FileId file_id, uint64_t offset);
  void Clear();

  [[nodiscard]] uint32_t count() const noexcept;
  // Of the first and last key added; they live until Clear(). Requires: count() > 0.
  [[nodiscard]] Bytes first_key() const;
  [[nodiscard]] Bytes last_key() const;

 private:
  struct Pending {
    size_t key_begin;
    size_t key_length;
    size_t value_begin;
    size_t value_length;
    EntryType type;
  };

  BlockKind kind_;
  size_t size_target_;
  std::string bytes_;
  std::vector<Pending> entries_;
  std::string output_;
};

// A verified block in memory. Immutable; thread-safe.
class Block {
 public:
  // Takes over `data`, of which the first length-in-header bytes are the block, verifies the checksum, the layout, the
  // order of heads and keys, and that the kind is the one asked for. `where` begins messages ("tree file 7 offset
  // 4096"). Errors: kCorruption; kUnsupported (reserved entry type or flag).
  [[nodiscard]] static Result<std::shared_ptr<const Block>> Parse(std::unique_ptr<std::byte[]> data, size_t size,
                                                                  const BlockIdentity& identity,
                                                                  const std::string& where);

  [[nodiscard]] uint32_t count() const noexcept { return count_; }
  [[nodiscard]] EntryType type(uint32_t index) const noexcept;
  [[nodiscard]] Bytes value(uint32_t index) const noexcept;
  // The key; built in `scratch` where it does not stand in one piece.
  [[nodiscard]] Bytes key(uint32_t index, std::string& scratch) const;
  // The first index whose key is >= `key`; count() without one. `*exact` tells whether that key equals it.
  [[nodiscard]] uint32_t LowerBound(Bytes key, bool* exact) const;
  // Bytes of memory.
  [[nodiscard]] size_t bytes() const noexcept { return size_; }

 private:
  Block() = default;

  std::unique_ptr<std::byte[]> data_;
  size_t size_ = 0;
  uint32_t count_ = 0;
};

}  // namespace logwood
