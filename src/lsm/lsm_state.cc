#include "lsm/lsm_state.h"

#include <algorithm>
#include <limits>
#include <string_view>
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

// Decodes a state, and checks what the fields say of one another.
class StateReader {
 public:
  explicit StateReader(Bytes data) : reader_(data) {}

  Result<LsmState> Read() {
    LOGWOOD_RETURN_IF_ERROR(ReadHead());
    LOGWOOD_RETURN_IF_ERROR(ReadSegments());
    LOGWOOD_RETURN_IF_ERROR(ReadPartitions());
    if (!reader_.empty()) return Cut(reader_);
    if (CountLsmPieces(state_).size() != state_.segments.size()) return Damaged("a segment without a piece");
    return std::move(state_);
  }

 private:
  Status ReadHead() {
    const auto block_size = reader_.Varint32();
    const auto next_segment_id = reader_.Varint64();
    if (!block_size || !next_segment_id || *next_segment_id == 0) return Cut(reader_);
    if (*block_size < kBlockSizeBytesMin || *block_size > kBlockSizeBytesMax) {
      return Damaged("a block size of " + std::to_string(*block_size) + " bytes");
    }
    state_.block_size_bytes = *block_size;
    state_.next_segment_id = *next_segment_id;
    return Status::Ok();
  }

  Status ReadSegments() {
    const auto count = reader_.Varint64();
    if (!count) return Cut(reader_);
    for (uint64_t i = 0; i < *count; ++i) LOGWOOD_RETURN_IF_ERROR(ReadSegment());
    return Status::Ok();
  }

  Status ReadSegment() {
    const auto id = reader_.Varint64();
    const auto tier = reader_.Fixed8();
    if (!id || !tier || *tier > static_cast<uint8_t>(LsmTier::kMerged)) return Cut(reader_);
    const uint64_t last_id = state_.segments.empty() ? 0 : state_.segments.rbegin()->first;
    if (*id <= last_id || *id >= state_.next_segment_id) {
      return Damaged("segment " + std::to_string(*id) + " stands behind segment " + std::to_string(last_id) +
                     "; the next id is " + std::to_string(state_.next_segment_id));
    }
    LOGWOOD_ASSIGN_OR_RETURN(TreeDescriptor tree, ReadTreeDescriptor(reader_));
    if (!AddWithin(bytes_, tree.bytes)) return Damaged("its segments have more than 2^63 bytes");
    state_.segments.emplace(*id, LsmSegment{static_cast<LsmTier>(*tier), std::move(tree)});
    return Status::Ok();
  }

  Status ReadPartitions() {
    const auto count = reader_.Varint64();
    // A partition takes two bytes at least: no count makes us reserve more than is there.
    if (!count || *count == 0 || *count > reader_.rest().size()) return Cut(reader_);
    state_.partitions.clear();
    for (uint64_t i = 0; i < *count; ++i) LOGWOOD_RETURN_IF_ERROR(ReadPartition());
    return Status::Ok();
  }

  Status ReadPartition() {
    const auto start = reader_.LengthPrefixed();
    const auto count = reader_.Varint64();
    if (!start || start->size() > kKeySizeMax || !count) return Cut(reader_);
    const bool first = state_.partitions.empty();
    if (first != start->empty() || (!first && *start <= Bytes(state_.partitions.back().start))) {
      return Damaged("partition " + std::to_string(state_.partitions.size()) + " is out of order");
    }
    LsmPartition partition{start->ToString(), {}};
    for (uint64_t i = 0; i < *count; ++i) LOGWOOD_RETURN_IF_ERROR(ReadPiece(partition));
    state_.partitions.push_back(std::move(partition));
    return Status::Ok();
  }

  Status ReadPiece(LsmPartition& partition) {
    const auto id = reader_.Varint64();
    const auto contents = ReadLsmContents(reader_);
    if (!id || !contents) return Cut(reader_);
    const auto is_it = [&id](const LsmPiece& piece) { return piece.segment == *id; };
    if (!state_.segments.contains(*id) || std::ranges::any_of(partition.pieces, is_it)) {
      return Damaged("a piece of segment " + std::to_string(*id) + ", which is unknown or was there before");
    }
    if (!AddWithin(entries_, contents->entries) || !AddWithin(piece_bytes_, contents->bytes)) {
      return Damaged("its pieces hold more than 2^63 entries or bytes");
    }
    partition.pieces.push_back({*id, *contents});
    return Status::Ok();
  }

  static bool AddWithin(uint64_t& sum, uint64_t more) {
    if (more > kSumMax - sum) return false;
    sum += more;
    return true;
  }

  ByteReader reader_;
  LsmState state_;
  uint64_t bytes_ = 0;
  uint64_t entries_ = 0;
  uint64_t piece_bytes_ = 0;
};

}  // namespace

LsmContents& LsmContents::operator+=(const LsmContents& other) {
  entries += other.entries;
  tombstones += other.tombstones;
  bytes += other.bytes;
  return *this;
}

LsmContents LsmPartition::contents() const {
  LsmContents sum;
  for (const LsmPiece& piece : pieces) sum += piece.contents;
  return sum;
}

size_t FindLsmPartition(const LsmState& state, Bytes key) {
  const auto above = std::upper_bound(state.partitions.begin() + 1, state.partitions.end(), key,
                                      [](Bytes a, const LsmPartition& b) { return a < Bytes(b.start); });
  return static_cast<size_t>(above - state.partitions.begin()) - 1;
}

std::map<uint64_t, size_t> CountLsmPieces(const LsmState& state) {
  std::map<uint64_t, size_t> counts;
  for (const LsmPartition& partition : state.partitions) {
    for (const LsmPiece& piece : partition.pieces) ++counts[piece.segment];
  }
  return counts;
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

Result<LsmState> DecodeLsmState(Bytes data) { return StateReader(data).Read(); }

void AppendLsmContents(std::string& out, const LsmContents& contents) {
  AppendVarint(out, contents.entries);
  AppendVarint(out, contents.tombstones);
  AppendVarint(out, contents.bytes);
}

std::optional<LsmContents> ReadLsmContents(ByteReader& reader) {
  const auto entries = reader.Varint64();
  const auto tombstones = reader.Varint64();
  const auto bytes = reader.Varint64();
  if (!entries || !tombstones || !bytes || *tombstones > *entries) return std::nullopt;
  return LsmContents{*entries, *tombstones, *bytes};
}

}  // namespace logwood
