#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "cursor/range_tombstone.h"
#include "logwood/result.h"
#include "tree/tree_descriptor.h"

namespace logwood {

// What the manifest keeps of an lsm collection, as values; docs/format/lsm.md.
//
//   segment    an immutable tree; one that a flush brought may span many partitions
//   partition  a range of keys with pieces of its own, the newest first; partitions are merged one by one
//   piece      what of a segment lies in one partition and was not merged away there; a reader never meets the rest,
//              since it looks for a key only among the pieces of the key's partition
//
// The oldest pieces of all partitions are one run, the oldest; a partition with n pieces is n runs deep.

// How much a piece holds: counted when the segment was written, divided evenly where a partition was divided since.
// Good for choosing what to merge, and for nothing else.
struct LsmContents {
  uint64_t entries = 0;
  uint64_t tombstones = 0;
  uint64_t bytes = 0;             // Of keys and values.
  uint64_t range_tombstones = 0;  // That reach into it.
  uint64_t hidden = 0;            // Entries of older pieces that those cover.

  LsmContents& operator+=(const LsmContents& other);
  friend bool operator==(const LsmContents&, const LsmContents&) = default;
};

// How often the entries of a segment were merged on their way to the oldest run.
enum class LsmTier : uint8_t {
  kFlushed = 0,      // As a flush left them.
  kMerged = 1,       // Once, or into the oldest run.
  kMergedTwice = 2,  // With others that were merged before.
};
inline constexpr LsmTier kLsmTierMax = LsmTier::kMergedTwice;

struct LsmSegment {
  LsmTier tier = LsmTier::kFlushed;
  TreeDescriptor tree;
  friend bool operator==(const LsmSegment&, const LsmSegment&) = default;
};

struct LsmPiece {
  uint64_t segment = 0;  // Its id.
  LsmContents contents;
  friend bool operator==(const LsmPiece&, const LsmPiece&) = default;
};

struct LsmPartition {
  std::string start;             // The smallest key that may be in it; up to the start of the next partition.
  std::vector<LsmPiece> pieces;  // The newest first.

  [[nodiscard]] LsmContents contents() const;
  friend bool operator==(const LsmPartition&, const LsmPartition&) = default;
};

struct LsmState {
  uint32_t block_size_bytes = 0;
  uint64_t next_segment_id = 1;             // Ids are given out in the order of edits and never used twice.
  std::map<uint64_t, LsmSegment> segments;  // By id; each has a piece somewhere.
  std::vector<LsmPartition> partitions{1};  // In key order, without gaps; the first begins with the empty key.
  friend bool operator==(const LsmState&, const LsmState&) = default;
};

// Index of the partition that `key` belongs to.
[[nodiscard]] size_t FindLsmPartition(const LsmState& state, Bytes key);
// Whether `tree` may say anything of keys in a partition, by entries or range tombstones.
[[nodiscard]] bool OverlapsLsmPartition(const TreeDescriptor& tree, const LsmState& state, size_t partition);
// The keys of a partition. Points into the state.
[[nodiscard]] RangeTombstone RangeOfLsmPartition(const LsmState& state, size_t partition);
// Pieces of each segment, by id.
[[nodiscard]] std::map<uint64_t, size_t> CountLsmPieces(const LsmState& state);

// Whether the fields of a state fit together: what passes can be encoded and decoded again, and the sums of all bytes
// and of all entries stay within 63 bits. Errors: kCorruption.
[[nodiscard]] Status CheckLsmState(const LsmState& state);

[[nodiscard]] std::string EncodeLsmState(const LsmState& state);
// Errors: kCorruption.
[[nodiscard]] Result<LsmState> DecodeLsmState(Bytes data);

void AppendLsmContents(std::string& out, const LsmContents& contents);
// Nullopt for one that is cut or has more tombstones than entries.
[[nodiscard]] std::optional<LsmContents> ReadLsmContents(ByteReader& reader);

}  // namespace logwood
