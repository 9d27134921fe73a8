#include "lsm/lsm_choice.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace logwood {
namespace {

// Pieces of a partition above its oldest, by tier: with so many flushed ones there, they are merged; with so many of
// the next tier they take those with them, and so on.
constexpr size_t kFlushedPiecesMax = 4;
constexpr size_t kMergedPiecesMax = 2;
constexpr size_t kMergedTwicePiecesMax = 1;

// Of a segment's size: from here on a flush that overlaps nothing is a partition. Memtables of a fifth of the default
// memory budget are, as trees; so keys that come in order are not merged. Two that are smaller together than two such
// are joined.
constexpr uint64_t kPartitionShareMin = 6;

constexpr size_t kRunsAtRestMax = 3;
constexpr uint64_t kCostAboveOldest = 4;  // Beyond what a merge at rest may cost.

// What Choose() looks at of a partition.
struct Depth {
  size_t flushed = 0;  // Pieces above the oldest, by tier; the newest stand first.
  size_t merged = 0;
  size_t merged_twice = 0;
  uint64_t above = 0;   // Bytes above the oldest.
  uint64_t oldest = 0;  // Bytes of the oldest.
};

Depth DepthOf(const LsmState& state, const LsmPartition& partition) {
  Depth depth;
  LsmTier tier = LsmTier::kFlushed;
  for (size_t i = 0; i + 1 < partition.pieces.size(); ++i) {
    const LsmPiece& piece = partition.pieces[i];
    depth.above += piece.contents.bytes;
    // Tiers rise from the newest piece to the oldest; what were to stand otherwise counts as the tier before it.
    tier = std::max(tier, state.segments.at(piece.segment).tier);
    if (tier == LsmTier::kFlushed) ++depth.flushed;
    if (tier == LsmTier::kMerged) ++depth.merged;
    if (tier == LsmTier::kMergedTwice) ++depth.merged_twice;
  }
  if (!partition.pieces.empty()) depth.oldest = partition.pieces.back().contents.bytes;
  return depth;
}

LsmPlan::Input InputOf(const LsmPartition& partition, size_t count) {
  LsmPlan::Input input{partition.start, {}};
  for (size_t i = 0; i < count; ++i) input.segments.push_back(partition.pieces[i].segment);
  return input;
}

// All pieces of neighbouring partitions.
LsmPlan ToOldest(const LsmState& state, size_t first, size_t last) {
  LsmPlan plan{.to_oldest = true, .tier = LsmTier::kMerged, .inputs = {}};
  for (size_t i = first; i <= last; ++i) {
    const LsmPartition& partition = state.partitions[i];
    plan.inputs.push_back(InputOf(partition, partition.pieces.size()));
  }
  return plan;
}

// Entries that range tombstones hide are as good as tombstones, but that nobody has to go over them.
bool IsDenseWithTombstones(const LsmPartition& partition, const LsmTuning& tuning) {
  const LsmContents contents = partition.contents();
  const uint64_t dead = contents.tombstones + contents.hidden;
  return dead >= tuning.tombstones_min && dead >= contents.entries / 4;
}

// A plan and how much it is wanted.
struct Candidate {
  size_t depth;  // Pieces.
  LsmPlan plan;
};

// The newest `count` pieces.
LsmPlan InPlace(const LsmPartition& partition, size_t count, LsmTier tier) {
  return {.to_oldest = false, .tier = tier, .inputs = {InputOf(partition, count)}};
}

// Requires: there are kFlushedPiecesMax flushed pieces.
LsmPlan ForDepth(const LsmState& state, size_t index, const Depth& depth) {
  const LsmPartition& partition = state.partitions[index];
  if (depth.above >= depth.oldest / 2) return ToOldest(state, index, index);
  if (depth.merged < kMergedPiecesMax) return InPlace(partition, depth.flushed, LsmTier::kMerged);
  if (depth.merged_twice >= kMergedTwicePiecesMax) return ToOldest(state, index, index);
  return InPlace(partition, depth.flushed + depth.merged, LsmTier::kMergedTwice);
}

std::optional<Candidate> ForPartition(const LsmState& state, size_t index, const LsmTuning& tuning) {
  const LsmPartition& partition = state.partitions[index];
  const Depth depth = DepthOf(state, partition);
  if (depth.flushed >= kFlushedPiecesMax) return Candidate{partition.pieces.size(), ForDepth(state, index, depth)};
  if (IsDenseWithTombstones(partition, tuning))
    return Candidate{partition.pieces.size(), ToOldest(state, index, index)};
  return std::nullopt;
}

// Writes what is left of the emptiest segment anew, where space that was merged away but not given back is much.
std::optional<LsmPlan> ForSpace(const LsmState& state) {
  std::map<uint64_t, uint64_t> left;  // Entries of each segment.
  for (const LsmPartition& partition : state.partitions) {
    for (const LsmPiece& piece : partition.pieces) left[piece.segment] += piece.contents.entries;
  }
  uint64_t all = 0;
  uint64_t gone = 0;
  std::optional<uint64_t> emptiest;
  uint64_t most = 0;
  for (const auto& [id, segment] : state.segments) {
    const uint64_t of_segment = segment.tree.entries - std::min(segment.tree.entries, left[id]);
    all += segment.tree.entries;
    gone += of_segment;
    if (of_segment <= segment.tree.entries / 2 || of_segment <= most) continue;
    most = of_segment;
    emptiest = id;
  }
  if (!emptiest || gone <= all / 4) return std::nullopt;
  LsmPlan plan{.to_oldest = false, .tier = state.segments.at(*emptiest).tier, .inputs = {}};
  for (const LsmPartition& partition : state.partitions) {
    const auto is_of = [&emptiest](const LsmPiece& piece) { return piece.segment == *emptiest; };
    if (std::ranges::any_of(partition.pieces, is_of)) plan.inputs.push_back({partition.start, {*emptiest}});
  }
  return plan;
}

uint64_t PartitionSizeMin(const LsmTuning& tuning) { return tuning.segment_size_bytes / kPartitionShareMin; }

// The first neighbours, from partition `first` on, that are small together: up to `last`.
size_t EndOfSmall(const LsmState& state, size_t first, uint64_t bytes_max) {
  uint64_t bytes = state.partitions[first].contents().bytes;
  size_t last = first;
  while (last + 1 < state.partitions.size()) {
    bytes += state.partitions[last + 1].contents().bytes;
    if (bytes > bytes_max) break;
    ++last;
  }
  return last;
}

std::optional<LsmPlan> ForSmallPartitions(const LsmState& state, const LsmTuning& tuning) {
  for (size_t first = 0; first + 1 < state.partitions.size(); ++first) {
    const size_t last = EndOfSmall(state, first, 2 * PartitionSizeMin(tuning));
    if (last > first) return ToOldest(state, first, last);
  }
  return std::nullopt;
}

std::optional<LsmPlan> WhileWriting(const LsmState& state, const LsmTuning& tuning) {
  std::optional<Candidate> deepest;
  for (size_t i = 0; i < state.partitions.size(); ++i) {
    std::optional<Candidate> candidate = ForPartition(state, i, tuning);
    if (candidate && (!deepest || candidate->depth > deepest->depth)) deepest = std::move(candidate);
  }
  if (deepest) return std::move(deepest->plan);
  if (auto plan = ForSpace(state)) return plan;
  return ForSmallPartitions(state, tuning);
}

// Whether merging the newest `count` pieces writes no more than `cost_max` bytes anew for each.
bool IsCheap(const LsmPartition& partition, size_t count, uint64_t cost_max, const LsmTuning& tuning) {
  uint64_t sum = 0;
  uint64_t largest = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bytes = partition.pieces[i].contents.bytes;
    sum += bytes;
    largest = std::max(largest, bytes);
  }
  return largest / std::max(sum - largest, tuning.rest_bytes_min) <= cost_max;
}

LsmTier TierOfMerged(const LsmState& state, const LsmPartition& partition, size_t count) {
  const auto is_flushed = [&state](const LsmPiece& piece) {
    return state.segments.at(piece.segment).tier == LsmTier::kFlushed;
  };
  const bool all_flushed = std::ranges::all_of(std::span(partition.pieces).first(count), is_flushed);
  return all_flushed ? LsmTier::kMerged : LsmTier::kMergedTwice;
}

std::optional<LsmPlan> ForRest(const LsmState& state, size_t index, uint64_t cost_max, const LsmTuning& tuning) {
  const LsmPartition& partition = state.partitions[index];
  const size_t depth = partition.pieces.size();
  if (depth > 1 && IsCheap(partition, depth, cost_max, tuning)) return ToOldest(state, index, index);
  if (depth <= kRunsAtRestMax) return std::nullopt;
  const size_t count = depth - kRunsAtRestMax + 1;
  if (!IsCheap(partition, count, cost_max + kCostAboveOldest, tuning)) return std::nullopt;
  return InPlace(partition, count, TierOfMerged(state, partition, count));
}

// The deepest partition first.
std::optional<LsmPlan> AtRest(const LsmState& state, uint64_t cost_max, const LsmTuning& tuning) {
  std::optional<Candidate> deepest;
  for (size_t i = 0; i < state.partitions.size(); ++i) {
    const size_t depth = state.partitions[i].pieces.size();
    if (deepest && deepest->depth >= depth) continue;
    std::optional<LsmPlan> plan = ForRest(state, i, cost_max, tuning);
    if (plan) deepest = Candidate{depth, *std::move(plan)};
  }
  if (!deepest) return std::nullopt;
  return std::move(deepest->plan);
}

// Whether a piece is a segment that nothing was merged away of, and nothing could be.
bool IsWhole(const LsmState& state, const LsmPiece& piece) {
  const TreeDescriptor& tree = state.segments.at(piece.segment).tree;
  return piece.contents.entries == tree.entries && tree.tombstones == 0 && tree.range_tombstones == 0;
}

// Whether merging these partitions would gain nothing: it is not worth it only to be rid of empty ones.
bool IsSettled(const LsmState& state, size_t first, size_t last) {
  const LsmPiece* only = nullptr;
  for (size_t i = first; i <= last; ++i) {
    for (const LsmPiece& piece : state.partitions[i].pieces) {
      if (only != nullptr) return false;
      only = &piece;
    }
  }
  return only != nullptr ? IsWhole(state, *only) : first == last;
}

std::optional<LsmPlan> WithAllEffort(const LsmState& state, Bytes from, const LsmTuning& tuning) {
  for (size_t first = FindLsmPartition(state, from); first < state.partitions.size(); ++first) {
    const size_t last = EndOfSmall(state, first, tuning.segment_size_bytes);
    if (!IsSettled(state, first, last)) return ToOldest(state, first, last);
    first = last;
  }
  return std::nullopt;
}

}  // namespace

std::optional<LsmPlan> ChooseLsmMerge(const LsmState& state, const MergeRequest& request, const LsmTuning& tuning) {
  if (request.effort == MergeEffort::kAll) return WithAllEffort(state, request.from, tuning);
  std::optional<LsmPlan> plan = WhileWriting(state, tuning);
  if (!plan && request.effort == MergeEffort::kAtRest) plan = AtRest(state, request.cost_max, tuning);
  return plan;
}

size_t LsmPartitionBehind(const LsmState& state, const LsmPlan& plan) {
  return FindLsmPartition(state, plan.inputs.back().partition) + 1;
}

MergeDebt LsmDebt(const LsmState& state, const LsmTuning& tuning) {
  MergeDebt debt;
  for (size_t i = 0; i < state.partitions.size(); ++i) {
    const std::vector<LsmPiece>& pieces = state.partitions[i].pieces;
    debt.runs = std::max<uint64_t>(debt.runs, pieces.size());
    const std::optional<Candidate> candidate = ForPartition(state, i, tuning);
    if (!candidate) continue;
    const size_t merged = candidate->plan.inputs.front().segments.size();
    for (size_t j = 0; j < merged; ++j) debt.bytes += pieces[j].contents.bytes;
  }
  return debt;
}

uint64_t LsmSegmentSize(uint64_t bytes, const LsmTuning& tuning) {
  const uint64_t count = std::max<uint64_t>(1, (bytes + tuning.segment_size_bytes / 2) / tuning.segment_size_bytes);
  const uint64_t even = bytes / count;
  return std::max(even + even / 64, tuning.segment_size_bytes / 2);
}

bool IsLsmPartitionSize(uint64_t bytes, const LsmTuning& tuning) { return bytes > PartitionSizeMin(tuning); }

}  // namespace logwood
