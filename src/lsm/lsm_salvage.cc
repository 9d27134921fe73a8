#include "lsm/lsm_salvage.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "lsm/lsm_trees.h"
#include "tree/block_scan.h"
#include "tree/tree.h"
#include "tree/tree_footer.h"

namespace logwood {
namespace {

// Of collections whose options nobody knows any more: nothing is written to them.
constexpr uint32_t kBlockSizeBytes = 4096;

// Whether `a` is a lower limit than `b`, where none is the highest.
bool IsLower(const std::optional<std::string>& a, const std::optional<std::string>& b) {
  if (!a) return false;
  return !b || Bytes(*a) < Bytes(*b);
}

// What of `keys` lies in partitions in which the segment has a piece, as one range around it; nullopt: nothing.
std::optional<KeyRange> WithinPieces(const KeyRange& keys, uint64_t segment, const LsmState& state) {
  std::optional<KeyRange> within;
  for (size_t i = 0; i < state.partitions.size(); ++i) {
    const LsmPartition& partition = state.partitions[i];
    if (std::ranges::find(partition.pieces, segment, &LsmPiece::segment) == partition.pieces.end()) continue;
    KeyRange clipped{.start = std::max(keys.start.value_or(""), partition.start), .limit = keys.limit};
    if (i + 1 < state.partitions.size()) {
      const std::optional<std::string> end = state.partitions[i + 1].start;
      if (IsLower(end, clipped.limit)) clipped.limit = end;
    }
    if (clipped.limit && Bytes(*clipped.limit) <= Bytes(*clipped.start)) continue;
    if (!within) {
      within = std::move(clipped);
    } else {
      within->limit = std::move(clipped.limit);
    }
  }
  return within;
}

KeyRange AllKeysOf(const TreeDescriptor& tree) {
  KeyRange keys{.start = tree.smallest_key().ToString(), .limit = tree.last_key + '\0'};
  if (tree.range_tombstones == 0) return keys;
  if (tree.range_tombstones_end.empty()) {
    keys.limit = std::nullopt;
  } else if (IsLower(keys.limit, tree.range_tombstones_end)) {
    keys.limit = tree.range_tombstones_end;
  }
  return keys;
}

class LsmSalvager {
 public:
  LsmSalvager(LsmState state, KindFiles& files, const Kind::OnTreesDamage& on_damage)
      : state_(std::move(state)), files_(files), on_damage_(on_damage) {}

  Result<std::shared_ptr<const CollectionTrees>> Run() {
    LsmTrees::Segments open;
    std::vector<uint64_t> lost;
    for (const auto& [id, segment] : state_.segments) {
      LOGWOOD_ASSIGN_OR_RETURN(std::shared_ptr<const Tree> tree, Open(id, segment.tree));
      if (tree == nullptr) {
        lost.push_back(id);
      } else {
        open.emplace(id, std::move(tree));
      }
    }
    for (const uint64_t id : lost) Drop(id);
    return std::shared_ptr<const CollectionTrees>(
        LsmTrees::Of(std::move(state_), std::move(open), files_.cache().residents()));
  }

 private:
  // Null where nothing is there.
  Result<std::shared_ptr<const Tree>> Open(uint64_t id, const TreeDescriptor& tree) {
    const Result<std::shared_ptr<const BlockFile>> file = files_.OpenDamaged(tree.file);
    if (file.ok()) {
      return Tree::Salvage(*file, tree, files_.cache(), [&](const TreeDamage& damage) { Tell(id, tree.file, damage); });
    }
    Tell(id, tree.file,
         {.bytes = tree.bytes,
          .what = std::string(file.status().message()),
          .loses_entries = true,
          .keys = AllKeysOf(tree)});
    return std::shared_ptr<const Tree>();
  }

  void Tell(uint64_t id, FileNumber file, const TreeDamage& damage) {
    TreesDamage told{.file = file, .offset = damage.offset, .bytes = damage.bytes, .what = damage.what};
    if (damage.loses_entries) {
      if (std::optional<KeyRange> keys = WithinPieces(damage.keys, id, state_)) {
        told.loses_entries = true;
        told.keys = *std::move(keys);
      }
    }
    on_damage_(told);
  }

  void Drop(uint64_t id) {
    state_.segments.erase(id);
    for (LsmPartition& partition : state_.partitions) {
      std::erase_if(partition.pieces, [id](const LsmPiece& piece) { return piece.segment == id; });
    }
  }

  LsmState state_;
  KindFiles& files_;
  const Kind::OnTreesDamage& on_damage_;
};

}  // namespace

Result<std::shared_ptr<const CollectionTrees>> SalvageLsmTrees(LsmState state, KindFiles& files,
                                                               const Kind::OnTreesDamage& on_damage) {
  return LsmSalvager(std::move(state), files, on_damage).Run();
}

std::vector<std::string> LsmStatesFoundIn(const BlockFile& file) {
  std::vector<std::string> states;
  BlockScan scan(file, 0, file.length());
  while (const std::optional<BlockScan::Found> found = scan.Next()) {
    if (found->block.kind() != BlockKind::kFooter) continue;
    const uint64_t offset = found->reference.offset();
    const Result<TreeFooter> footer = DecodeTreeFooter(found->block.value(0), offset, WhereInTree(file, offset));
    if (!footer.ok()) continue;
    const TreeDescriptor tree{.file = file.number(),
                              .footer = found->reference,
                              .entries = footer->entries,
                              .tombstones = footer->tombstones,
                              .bytes = offset + found->length - footer->begin,
                              .first_key = footer->first_key,
                              .last_key = footer->last_key,
                              .range_tombstones = footer->range_tombstones,
                              .range_tombstones_begin = footer->range_tombstones_begin,
                              .range_tombstones_end = footer->range_tombstones_end};
    LsmState state;
    state.block_size_bytes = kBlockSizeBytes;
    state.next_segment_id = 2;
    state.segments.emplace(1, LsmSegment{.tier = LsmTier::kFlushed, .tree = tree});
    state.partitions.front().pieces.push_back({.segment = 1,
                                               .contents = {.entries = tree.entries,
                                                            .tombstones = tree.tombstones,
                                                            .bytes = tree.bytes,
                                                            .range_tombstones = tree.range_tombstones}});
    states.push_back(EncodeLsmState(state));
  }
  return states;
}

}  // namespace logwood
