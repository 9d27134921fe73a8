#include "lsm/lsm_trees.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "cursor/bounded_cursor.h"
#include "cursor/merging_cursor.h"
#include "lsm/lsm_cursor.h"

namespace logwood {

LsmTrees::LsmTrees(LsmState state, Segments segments, ResidentClock& residents)
    : state_(std::move(state)), residents_(residents), segments_(std::move(segments)) {
  pieces_.reserve(state_.partitions.size());
  for (const LsmPartition& partition : state_.partitions) {
    std::vector<const Tree*>& trees = pieces_.emplace_back();
    for (const LsmPiece& piece : partition.pieces) trees.push_back(segments_.at(piece.segment).get());
  }
}

Result<std::shared_ptr<const LsmTrees>> LsmTrees::Open(LsmState state, KindFiles& files, const LsmTrees* before) {
  Segments segments;
  for (const auto& [id, segment] : state.segments) {
    if (before != nullptr) {
      if (const auto open = before->segments_.find(id); open != before->segments_.end()) {
        segments.insert(*open);
        continue;
      }
    }
    LOGWOOD_ASSIGN_OR_RETURN(auto file, files.Open(segment.tree.file));
    LOGWOOD_ASSIGN_OR_RETURN(segments[id], Tree::Open(std::move(file), segment.tree, files.cache()));
  }
  return Of(std::move(state), std::move(segments), files.cache().residents());
}

std::shared_ptr<const LsmTrees> LsmTrees::Of(LsmState state, Segments segments, ResidentClock& residents) {
  // Why not make_shared: the constructor is private.
  return std::shared_ptr<const LsmTrees>(new LsmTrees(std::move(state), std::move(segments), residents));
}

Result<std::optional<TreesHit>> LsmTrees::Get(Bytes key, FilterCounters& filters) const {
  const uint64_t hash = Hash64(key);
  const std::vector<const Tree*>& pieces = pieces_[FindLsmPartition(state_, key)];
  const ResidentSection section(residents_);
  // So that a key that is in the oldest run alone waits for memory once, and not once for each run.
  if (pieces.size() > 1) {
    for (const Tree* const tree : pieces) tree->PrefetchFilter(hash, section);
  }
  for (const Tree* const tree : pieces) {
    LOGWOOD_ASSIGN_OR_RETURN(auto hit, tree->Get(key, hash, section, filters));
    if (!hit) continue;
    if (hit->type == EntryType::kTombstone) return std::optional(TreesHit{hit->type, {}, {}});  // It may pin nothing.
    return std::optional(TreesHit{hit->type, hit->value, std::move(hit->pin).ToPin()});
  }
  return std::optional<TreesHit>();
}

std::unique_ptr<EntryCursor> LsmTrees::NewCursor() const { return NewLsmCursor(*this); }

std::unique_ptr<EntryCursor> LsmTrees::NewCursorOf(size_t partition) const {
  return NewCursorOf({.partition = partition, .piece = 0}, pieces_[partition].size());
}

std::unique_ptr<EntryCursor> LsmTrees::NewCursorOf(const LsmPlace& place, size_t count) const {
  const std::vector<const Tree*>& trees = pieces_[place.partition];
  LOGWOOD_ASSERT(place.piece + count <= trees.size());
  std::vector<MergingSource> sources;
  sources.reserve(count);
  const std::string& start = state_.partitions[place.partition].start;
  const std::string* const limit =
      place.partition + 1 < pieces_.size() ? &state_.partitions[place.partition + 1].start : nullptr;
  // The merged source is bounded, not each piece: what lies beyond is met only once all pieces are past the bound. And
  // only where there is anything beyond: a settled partition is one segment of its own.
  KeyRange range;
  for (size_t i = place.piece; i < place.piece + count; ++i) {
    MergingSource& source = sources.emplace_back(MergingSource{.cursor = trees[i]->NewCursor()});
    // A list takes memory of its own, and a new cursor does not cost much else.
    if (const RangeTombstones list = trees[i]->range_tombstones(); !list.empty()) source.range_tombstones = {list};
    const TreeDescriptor& tree = trees[i]->descriptor();
    if (Bytes(tree.first_key) < Bytes(start)) range.start = start;
    if (limit != nullptr && Bytes(tree.last_key) >= Bytes(*limit)) range.limit = *limit;
  }
  return NewBoundedCursor(NewMergingCursor(std::move(sources)), std::move(range));
}

std::vector<RangeTombstone> LsmTrees::RangeTombstonesOf(const LsmPlace& place, size_t count) const {
  std::vector<RangeTombstones> lists;
  for (size_t i = place.piece; i < place.piece + count; ++i) {
    lists.push_back(pieces_[place.partition][i]->range_tombstones());
  }
  return Clip(RangeTombstones(Unite(lists)), RangeOfLsmPartition(state_, place.partition));
}

uint64_t LsmTrees::EntriesCovered(const LsmPlace& oldest, RangeTombstones range_tombstones) const {
  const RangeTombstone range = RangeOfLsmPartition(state_, oldest.partition);
  const std::vector<LsmPiece>& pieces = state_.partitions[oldest.partition].pieces;
  uint64_t entries = 0;
  for (size_t i = oldest.piece; i < pieces.size(); ++i) {
    const TreeDescriptor& tree = pieces_[oldest.partition][i]->descriptor();
    const RangeTombstone* const covering = range_tombstones.Covering(std::max(Bytes(tree.first_key), range.begin));
    if (covering == nullptr) continue;
    const bool whole = covering->EndsBehind(tree.last_key) || (!range.end.empty() && covering->end == range.end);
    if (whole) entries += pieces[i].contents.entries;
  }
  return entries;
}

Result<uint64_t> LsmTrees::Verify(const std::function<void(const Status&)>& on_damage) const {
  uint64_t blocks = 0;
  for (const auto& [id, tree] : segments_) {
    const std::string segment = "segment " + std::to_string(id);
    LOGWOOD_ASSIGN_OR_RETURN(const uint64_t of_tree,
                             tree->Verify([&](const Status& damage) { on_damage(damage.WithContext(segment)); }));
    blocks += of_tree;
  }
  return blocks;
}

std::map<FileNumber, uint64_t> LsmTrees::LiveBytes() const {
  std::map<FileNumber, uint64_t> bytes;
  for (const auto& [id, segment] : state_.segments) bytes[segment.tree.file] += segment.tree.bytes;
  return bytes;
}

PartitionStatistics LsmTrees::StatisticsOf(const LsmPartition& partition) const {
  PartitionStatistics statistics{.start = partition.start, .tiers = {}};
  statistics.tiers.resize(static_cast<size_t>(kLsmTierMax) + 1);
  for (const LsmPiece& piece : partition.pieces) {
    TierStatistics& tier = statistics.tiers[static_cast<size_t>(state_.segments.at(piece.segment).tier)];
    ++tier.runs;
    tier.entries += piece.contents.entries;
    tier.tombstones += piece.contents.tombstones;
    tier.bytes += piece.contents.bytes;
  }
  return statistics;
}

TreeStatistics LsmTrees::Statistics() const {
  TreeStatistics sum;
  for (const LsmPartition& partition : state_.partitions) {
    const LsmContents contents = partition.contents();
    sum.runs = std::max<uint64_t>(sum.runs, partition.pieces.size());
    sum.entries += contents.entries;
    sum.tombstones += contents.tombstones;
    sum.partitions.push_back(StatisticsOf(partition));
  }
  for (const auto& [id, segment] : state_.segments) {
    sum.bytes += segment.tree.bytes;
    sum.range_tombstones += segment.tree.range_tombstones;
    sum.range_tombstones_bytes += segments_.at(id)->range_tombstones_bytes();
  }
  return sum;
}

}  // namespace logwood
