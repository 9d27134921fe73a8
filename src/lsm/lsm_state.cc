#include "lsm/lsm_state.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "base/status_macros.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "logwood/options.h"

namespace logwood {
namespace {

constexpr uint32_t kBlockSizeBytesMin = 256;  // The bounds of CollectionOptions::block_size_bytes.
constexpr uint32_t kBlockSizeBytesMax = 1 << 20;
// Of all segments together, and of each figure of all pieces together: sums and changes then stay within 63 bits.
constexpr uint64_t kSumMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());

Status Damaged(const std::string& what) { return Status::Corruption("lsm state: " + what); }

Status Cut(const ByteReader& reader) {
  return Damaged("offset " + std::to_string(reader.offset()) + ": no whole or valid field");
}

Result<LsmSegment> ReadSegment(ByteReader& reader) {
  const auto tier = reader.Fixed8();
  if (!tier || *tier > static_cast<uint8_t>(kLsmTierMax)) return Cut(reader);
  LOGWOOD_ASSIGN_OR_RETURN(TreeDescriptor tree, ReadTreeDescriptor(reader));
  return LsmSegment{static_cast<LsmTier>(*tier), std::move(tree)};
}

Status ReadSegments(ByteReader& reader, LsmState& state) {
  const auto count = reader.Varint64();
  if (!count) return Cut(reader);
  for (uint64_t i = 0; i < *count; ++i) {
    const auto id = reader.Varint64();
    if (!id) return Cut(reader);
    if (!state.segments.empty() && *id <= state.segments.rbegin()->first) {
      return Damaged("segment " + std::to_string(*id) + " stands behind segment " +
                     std::to_string(state.segments.rbegin()->first));
    }
    LOGWOOD_ASSIGN_OR_RETURN(LsmSegment segment, ReadSegment(reader));
    state.segments.emplace(*id, std::move(segment));
  }
  return Status::Ok();
}

Result<LsmPartition> ReadPartition(ByteReader& reader) {
  const auto start = reader.LengthPrefixed();
  const auto count = reader.Varint64();
  if (!start || !count) return Cut(reader);
  LsmPartition partition{start->ToString(), {}};
  for (uint64_t i = 0; i < *count; ++i) {
    const auto id = reader.Varint64();
    const auto contents = ReadLsmContents(reader);
    if (!id || !contents) return Cut(reader);
    partition.pieces.push_back({*id, *contents});
  }
  return partition;
}

Status ReadPartitions(ByteReader& reader, LsmState& state) {
  const auto count = reader.Varint64();
  if (!count) return Cut(reader);
  state.partitions.clear();
  for (uint64_t i = 0; i < *count; ++i) {
    LOGWOOD_ASSIGN_OR_RETURN(LsmPartition partition, ReadPartition(reader));
    state.partitions.push_back(std::move(partition));
  }
  return Status::Ok();
}

bool AddWithin(uint64_t more, uint64_t& sum) {
  if (more > kSumMax - sum) return false;
  sum += more;
  return true;
}

Status CheckSegments(const LsmState& state) {
  uint64_t bytes = 0;
  for (const auto& [id, segment] : state.segments) {
    if (id == 0 || id >= state.next_segment_id) {
      return Damaged("segment " + std::to_string(id) + "; the next is " + std::to_string(state.next_segment_id));
    }
    if (!AddWithin(segment.tree.bytes, bytes)) return Damaged("segments of more than 2^63 bytes");
  }
  return Status::Ok();
}

// What the pieces say of their segments.
class PieceCheck {
 public:
  explicit PieceCheck(const LsmState& state) : state_(state) {}

  Status Check(size_t index) {
    std::set<uint64_t> here;
    for (const LsmPiece& piece : state_.partitions[index].pieces) {
      const auto segment = state_.segments.find(piece.segment);
      const bool fits = segment != state_.segments.end() && here.insert(piece.segment).second &&
                        OverlapsLsmPartition(segment->second.tree, state_, index);
      if (!fits) {
        return Damaged("partition " + std::to_string(index) + " has a piece of segment " +
                       std::to_string(piece.segment) + ", which is unknown, elsewhere, or there already");
      }
      const LsmContents& contents = piece.contents;
      uint64_t& entries = entries_[piece.segment];
      const TreeDescriptor& tree = segment->second.tree;
      if (contents.tombstones > contents.entries || contents.entries > tree.entries - entries ||
          !AddWithin(contents.entries, all_entries_) || !AddWithin(contents.bytes, all_bytes_) ||
          (tree.range_tombstones == 0 && contents.range_tombstones + contents.hidden > 0) ||
          !AddWithin(contents.range_tombstones, all_range_tombstones_) || !AddWithin(contents.hidden, all_hidden_)) {
        return Damaged("a piece of segment " + std::to_string(piece.segment) + " with " +
                       std::to_string(contents.entries) + " entries, " + std::to_string(contents.bytes) +
                       " bytes and " + std::to_string(contents.range_tombstones) +
                       " range tombstones: more than there can be");
      }
      entries += contents.entries;
    }
    return Status::Ok();
  }

  [[nodiscard]] size_t segments_met() const { return entries_.size(); }

 private:
  const LsmState& state_;
  std::map<uint64_t, uint64_t> entries_;  // In the pieces of each segment.
  uint64_t all_entries_ = 0;
  uint64_t all_bytes_ = 0;
  uint64_t all_range_tombstones_ = 0;
  uint64_t all_hidden_ = 0;
};

Status CheckPartitions(const LsmState& state) {
  if (state.partitions.empty() || !state.partitions[0].start.empty()) {
    return Damaged("the first partition does not begin with the empty key");
  }
  PieceCheck pieces(state);
  for (size_t i = 0; i < state.partitions.size(); ++i) {
    const std::string& start = state.partitions[i].start;
    if (start.size() > kKeySizeMax || (i > 0 && Bytes(start) <= Bytes(state.partitions[i - 1].start))) {
      return Damaged("partition " + std::to_string(i) + " is out of order, or begins with a key that is too long");
    }
    LOGWOOD_RETURN_IF_ERROR(pieces.Check(i));
  }
  if (pieces.segments_met() != state.segments.size()) return Damaged("a segment without a piece");
  return Status::Ok();
}

}  // namespace

LsmContents& LsmContents::operator+=(const LsmContents& other) {
  entries += other.entries;
  tombstones += other.tombstones;
  bytes += other.bytes;
  range_tombstones += other.range_tombstones;
  hidden += other.hidden;
  return *this;
}

LsmContents LsmPartition::contents() const {
  LsmContents sum;
  for (const LsmPiece& piece : pieces) sum += piece.contents;
  return sum;
}

bool OverlapsLsmPartition(const TreeDescriptor& tree, const LsmState& state, size_t partition) {
  const bool is_last = partition + 1 == state.partitions.size();
  return tree.SaysOfKeysFrom(state.partitions[partition].start) &&
         (is_last || tree.SaysOfKeysBelow(state.partitions[partition + 1].start));
}

size_t FindLsmPartition(const LsmState& state, Bytes key) {
  const auto above = std::upper_bound(state.partitions.begin() + 1, state.partitions.end(), key,
                                      [](Bytes a, const LsmPartition& b) { return a < Bytes(b.start); });
  return static_cast<size_t>(above - state.partitions.begin()) - 1;
}

RangeTombstone RangeOfLsmPartition(const LsmState& state, size_t partition) {
  const bool is_last = partition + 1 == state.partitions.size();
  return {state.partitions[partition].start, is_last ? Bytes() : Bytes(state.partitions[partition + 1].start)};
}

std::map<uint64_t, size_t> CountLsmPieces(const LsmState& state) {
  std::map<uint64_t, size_t> counts;
  for (const LsmPartition& partition : state.partitions) {
    for (const LsmPiece& piece : partition.pieces) ++counts[piece.segment];
  }
  return counts;
}

Status CheckLsmState(const LsmState& state) {
  if (state.block_size_bytes < kBlockSizeBytesMin || state.block_size_bytes > kBlockSizeBytesMax) {
    return Damaged("a block size of " + std::to_string(state.block_size_bytes) + " bytes");
  }
  if (state.next_segment_id == 0) return Damaged("no segment id is left");
  LOGWOOD_RETURN_IF_ERROR(CheckSegments(state));
  return CheckPartitions(state);
}

std::string EncodeLsmState(const LsmState& state) {
  std::string out;
  AppendVarint(out, state.block_size_bytes);
  AppendVarint(out, state.next_segment_id);
  AppendVarint(out, state.segments.size());
  for (const auto& [id, segment] : state.segments) {
    AppendVarint(out, id);
    AppendFixed8(out, static_cast<uint8_t>(segment.tier));
    AppendTreeDescriptor(out, segment.tree);
  }
  AppendVarint(out, state.partitions.size());
  for (const LsmPartition& partition : state.partitions) {
    AppendLengthPrefixed(out, partition.start);
    AppendVarint(out, partition.pieces.size());
    for (const LsmPiece& piece : partition.pieces) {
      AppendVarint(out, piece.segment);
      AppendLsmContents(out, piece.contents);
    }
  }
  return out;
}

Result<LsmState> DecodeLsmState(Bytes data) {
  ByteReader reader(data);
  LsmState state;
  const auto block_size_bytes = reader.Varint32();
  const auto next_segment_id = reader.Varint64();
  if (!block_size_bytes || !next_segment_id) return Cut(reader);
  state.block_size_bytes = *block_size_bytes;
  state.next_segment_id = *next_segment_id;
  LOGWOOD_RETURN_IF_ERROR(ReadSegments(reader, state));
  LOGWOOD_RETURN_IF_ERROR(ReadPartitions(reader, state));
  if (!reader.empty()) return Cut(reader);
  LOGWOOD_RETURN_IF_ERROR(CheckLsmState(state));
  return state;
}

void AppendLsmContents(std::string& out, const LsmContents& contents) {
  AppendVarint(out, contents.entries);
  AppendVarint(out, contents.tombstones);
  AppendVarint(out, contents.bytes);
  AppendVarint(out, contents.range_tombstones);
  AppendVarint(out, contents.hidden);
}

std::optional<LsmContents> ReadLsmContents(ByteReader& reader) {
  const auto entries = reader.Varint64();
  const auto tombstones = reader.Varint64();
  const auto bytes = reader.Varint64();
  const auto range_tombstones = reader.Varint64();
  const auto hidden = reader.Varint64();
  if (!entries || !tombstones || !bytes || !range_tombstones || !hidden) return std::nullopt;
  if (*tombstones > *entries || *range_tombstones > kSumMax || *hidden > kSumMax) return std::nullopt;
  return LsmContents{*entries, *tombstones, *bytes, *range_tombstones, *hidden};
}

}  // namespace logwood
