#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/page_pool.h"
#include "base/pages.h"
#include "codec/entry_type.h"
#include "logwood/bytes.h"
#include "logwood/result.h"

namespace logwood {

// A block: the unit of storage I/O, checksum and caching; one node of a tree; docs/format/block.md.
//
//   block  = header (32 bytes) | prefix | zeros to a multiple of 8 | heads (8 bytes each) | key ends | value ends |
//            types (1 byte each; flag kTypes, absent where all are puts) | tails | values | zeros to a multiple of 8
//   header = checksum u64 | block length u32 | count u32 | prefix length u32 | tails length u32 | kind u8 | flags u8 |
//            zero u16 | zero u32
//
// The prefix is common to all keys, and at least 8 bytes shorter than the shortest, so that a head always holds 8 real
// bytes of its key: those behind the prefix, read as a big-endian number. A tail is what follows the head (flag
// kWholeKeys: what follows the prefix, heads being padded with zeros; used where a key is shorter than 8 bytes, and
// where values have 1 KiB or more on average, so that space does not matter). Ends are offsets behind tail i and
// value i, of 2 bytes, or of 4 with the flag kWide. All numbers are stored little-endian, heads too.
// Flags: 1 kWholeKeys, 2 kWide, 4 kTypes. Every block has at least one entry. The length counts from header to zeros.
// The checksum is seeded with the hash of {file id, offset, kind} and covers the rest of the block (I10).

enum class BlockKind : uint8_t {
  kLeaf = 1,    // Entries.
  kInner = 2,   // Separators; values are 8-byte references to children. Key i is >= every key below child i - 1 and
                // <= every key below child i; the first key is empty or any lower bound.
  kFilter = 3,  // Opaque: one entry with an empty key.
  kFooter = 4,  // Opaque: one entry with an empty key.
  kRangeTombstones = 5,  // Keys and values are where range tombstones begin and end; an empty value: nowhere.
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

// Collects entries in key order and lays them out as a block. Thread-compatible. Cost: an entry is copied twice; memory
// of up to some MiB is kept for the next block.
class BlockBuilder {
 public:
  // `size_target`: bytes at which a block is full, up to kBlockSizeMax. One entry always fits, however large.
  BlockBuilder(BlockKind kind, size_t size_target);

  // Whether an entry of any type would keep the block within its target. Cost: comparing two keys.
  [[nodiscard]] bool Fits(Bytes key, Bytes value) const;
  // Requires: `key` is larger than every key in it and at most kKeySizeMax long; a tombstone has no value; blocks other
  // than leaves hold puts only.
  void Add(Bytes key, EntryType type, Bytes value);
  // The block as it is stored; lives until the next call. Requires: count() > 0; offset is a multiple of 8.
  [[nodiscard]] Bytes Finish(FileId file_id, uint64_t offset);
  // Bytes of it. Requires: count() > 0.
  [[nodiscard]] size_t length() const;
  void Clear();

  [[nodiscard]] BlockKind kind() const noexcept { return kind_; }
  [[nodiscard]] uint32_t count() const noexcept { return static_cast<uint32_t>(entries_.size()); }
  // Of the first and last key added; they live until the next Add() or Clear(). Requires: count() > 0.
  [[nodiscard]] Bytes first_key() const;
  [[nodiscard]] Bytes last_key() const;

 private:
  using Buffer = std::vector<std::byte, PageAllocator<std::byte>>;

  struct Pending {
    size_t key_end;    // In keys_.
    size_t value_end;  // In values_.
    EntryType type;
  };

  // What the layout follows from, kept up with every entry.
  struct Contents {
    size_t count = 0;
    size_t keys_size = 0;
    size_t values_size = 0;
    size_t common_prefix = 0;
    size_t shortest_key = 0;
    bool has_types = false;
  };
  struct Layout;

  static Layout LayOut(const Contents& contents);
  [[nodiscard]] Contents ContentsWith(Bytes key, Bytes value) const;
  [[nodiscard]] Bytes Key(size_t index) const;
  void WriteHeader(const Layout& layout);
  void WriteKeys(const Layout& layout);
  void WriteValues(const Layout& layout);

  BlockKind kind_;
  size_t size_target_;
  Buffer keys_;    // One behind the other, like the values.
  Buffer values_;  // As they stand in the block.
  std::vector<Pending> entries_;
  Contents contents_;
  Buffer output_;
};

// A verified block in memory. Immutable but for assignment; thread-safe to read. Movable.
class Block {
 public:
  // Takes over `data`, of which the first length-in-header bytes are the block, verifies the checksum, the layout, the
  // order of heads and keys, and that the kind is the one asked for. Errors, without saying where the block stands:
  // kCorruption; kUnsupported (reserved entry type or flag).
  [[nodiscard]] static Result<Block> Parse(PooledBytes data, size_t size, const BlockIdentity& identity);
  // The same of bytes that stay the caller's, and must outlive the block.
  [[nodiscard]] static Result<Block> ParseInPlace(Bytes stored, const BlockIdentity& identity);
  // A block without entries, to be replaced by one that has some.
  Block() = default;

  [[nodiscard]] BlockKind kind() const noexcept { return kind_; }
  [[nodiscard]] uint32_t count() const noexcept { return count_; }
  // Of the entry at `index`, like value() and key(). Requires: index < count().
  [[nodiscard]] EntryType type(uint32_t index) const noexcept;
  [[nodiscard]] Bytes value(uint32_t index) const noexcept;
  // The key; built in `scratch` where it does not stand in one piece.
  [[nodiscard]] Bytes key(uint32_t index, std::string& scratch) const;
  // Bytes of the key, and a copy of it to where so many are. Require: index < count().
  [[nodiscard]] size_t key_size(uint32_t index) const noexcept;
  void CopyKey(uint32_t index, std::byte* to) const noexcept;
  // The first index whose key is >= `key`; count() without one. `*exact` tells whether that key equals it.
  // Cost: a compare of the prefix, a branch-free search over the heads, full compares only where heads tie.
  [[nodiscard]] uint32_t LowerBound(Bytes key, bool* exact) const;
  // Whether it says of each entry what it is; else all are puts.
  [[nodiscard]] bool has_types() const noexcept { return types_ != nullptr; }
  // Bytes of all keys and values.
  [[nodiscard]] size_t entries_size() const noexcept;
  // As it is stored.
  [[nodiscard]] Bytes stored() const noexcept;
  // Bytes of memory.
  [[nodiscard]] size_t bytes() const noexcept { return size_; }
  // All that stands before the tails: what a search looks at, but for keys that tie.
  [[nodiscard]] Bytes front() const noexcept { return {begin_, static_cast<size_t>(tails_ - begin_)}; }

 private:
  class Parser;

  [[nodiscard]] uint32_t End(const std::byte* ends, uint32_t index) const noexcept;
  [[nodiscard]] Bytes Piece(const std::byte* ends, const std::byte* data, uint32_t index) const noexcept;
  [[nodiscard]] bool HasWholeKeys() const noexcept;
  [[nodiscard]] Bytes Tail(uint32_t index) const noexcept { return Piece(key_ends_, tails_, index); }
  [[nodiscard]] uint64_t Head(size_t index) const noexcept;
  // The first index from `begin` on with a head >= `head`; count_ without one.
  [[nodiscard]] uint32_t HeadLowerBound(uint32_t begin, uint64_t head) const noexcept;
  // Compares what follows the prefix in the key at `index` with `suffix`, whose head is the same.
  [[nodiscard]] std::strong_ordering CompareTied(uint32_t index, Bytes suffix) const noexcept;

  size_t size_ = 0;
  BlockKind kind_ = BlockKind::kLeaf;
  uint8_t flags_ = 0;
  uint32_t count_ = 0;
  // These point to where it stands.
  const std::byte* begin_ = nullptr;
  Bytes prefix_;
  const std::byte* heads_ = nullptr;
  const std::byte* key_ends_ = nullptr;
  const std::byte* value_ends_ = nullptr;
  const std::byte* types_ = nullptr;  // Null: all are puts.
  const std::byte* tails_ = nullptr;
  const std::byte* values_ = nullptr;
  PooledBytes data_;  // Null: the memory is another's. Last: a reader needs the others alone.
};

}  // namespace logwood
