#include "tree/tree_parts.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/status_macros.h"
#include "tree/inner_walk.h"

namespace logwood {

TreeParts::TreeParts(std::shared_ptr<const BlockFile> file, TreeDescriptor descriptor, TreeFooter footer,
                     BlockCache& cache)
    : file_(std::move(file)),
      descriptor_(std::move(descriptor)),
      footer_(std::move(footer)),
      cache_(cache),
      salvaged_charge_(&cache.budget(), MemoryUse::kIndexes),
      leaves_(cache.residents(), MemoryUse::kIndexes),
      filter_(cache.residents(), MemoryUse::kFilters) {}

TreeParts::TreeParts(std::shared_ptr<const BlockFile> file, TreeDescriptor descriptor, TreeFooter footer,
                     BlockCache& cache, std::optional<HeadIndex> index)
    : file_(std::move(file)),
      descriptor_(std::move(descriptor)),
      footer_(std::move(footer)),
      cache_(cache),
      salvaged_leaves_(index ? std::make_unique<const Leaves>(*std::move(index), cache) : nullptr),
      salvaged_charge_(&cache.budget(), MemoryUse::kIndexes),
      leaves_(cache.residents(), MemoryUse::kIndexes),
      filter_(cache.residents(), MemoryUse::kFilters) {
  if (salvaged_leaves_ != nullptr) {
    salvaged_charge_.Set(salvaged_leaves_->index.bytes() + salvaged_leaves_->slots.bytes());
  }
}

Result<const BlockedBloomFilter*> TreeParts::Filter(const ReadSection& section) const {
  if (footer_.filter_lines == 0) return static_cast<const BlockedBloomFilter*>(nullptr);
  if (const BlockedBloomFilter* const filter = filter_.get(section); filter != nullptr) return filter;
  auto loaded = std::make_unique<BlockedBloomFilter>(footer_.filter_probes);
  loaded->Reserve(footer_.filter_lines);
  for (size_t i = 0; i < footer_.filter_blocks.size(); ++i) {
    LOGWOOD_RETURN_IF_ERROR(AppendFilterBlock(*file_, footer_, i, *loaded));
  }
  const size_t bytes = loaded->bytes();
  return filter_.Publish(std::move(loaded), bytes, section);
}

bool TreeParts::MayContain(Bytes key) const {
  const ResidentSection section = NewSection();
  const BlockedBloomFilter* filter = filter_.get(section);
  if (filter == nullptr && HasRoomForFilter()) {
    // An error is left to whoever goes on to read the leaf, or a get: "maybe" is always right.
    if (const auto loaded = Filter(section); loaded.ok()) filter = *loaded;
  }
  return filter == nullptr || filter->MayContain(Hash64(key));
}

bool TreeParts::HasRoomForFilter() const noexcept {
  const MemoryBudget::Limits& limits = cache_.budget().limits();
  const uint64_t room = cache_.budget().blocks_bytes_room();
  // Blocks have all they may: either nothing else is there yet, or nothing else is limited.
  if (room == limits.blocks_bytes_max) return true;
  return footer_.filter_lines * BlockedBloomFilter::kLineSize <= room - limits.blocks_bytes_min;
}

Result<size_t> TreeParts::FindLeaf(Bytes key) const {
  const ResidentSection section = NewSection();
  LOGWOOD_ASSIGN_OR_RETURN(const Leaves* const leaves, LeavesFor(section));
  return leaves->index.Find(key);
}

Result<BlockPin> TreeParts::ReadLeaf(size_t leaf) const {
  const ResidentSection section = NewSection();
  LOGWOOD_ASSIGN_OR_RETURN(const Leaves* const leaves, LeavesFor(section));
  return ReadLeafFrom(*leaves, leaf);
}

Result<TreeParts::PassedLeaf> TreeParts::PassLeaf(size_t leaf, LeafReadAhead::Towards towards,
                                                  LeafReadAhead& ahead) const {
  const ResidentSection section = NewSection();
  LOGWOOD_ASSIGN_OR_RETURN(const Leaves* const leaves, LeavesFor(section));
  BlockPin pin = BlockCache::Find(leaves->slots[leaf]);
  if (!pin) {
    const BlockReference reference = leaves->index.reference(leaf);
    const Bytes stored = ahead.Read(*file_, reference, towards);
    const BlockIdentity identity{.file_id = file_->id(), .offset = reference.offset(), .kind = BlockKind::kLeaf};
    if (!stored.empty() && !cache_.HasRoomFor(stored.size())) {
      if (const Block* const block = ahead.Parse(stored, identity)) return PassedLeaf{BlockPin(), block};
    } else if (!stored.empty()) {
      pin = cache_.Keep(stored, identity, leaves->slots[leaf]);
    }
  }
  if (!pin) {
    LOGWOOD_ASSIGN_OR_RETURN(pin, ReadLeafFrom(*leaves, leaf));
  }
  const Block* const block = &*pin;
  return PassedLeaf{std::move(pin), block};
}

Result<BlockPin> TreeParts::ReadLeafOf(Bytes key, const ReadSection& section) const {
  LOGWOOD_ASSIGN_OR_RETURN(const Leaves* const leaves, LeavesFor(section));
  return ReadLeafFrom(*leaves, leaves->index.Find(key));
}

Result<BlockPin> TreeParts::ReadLeafFrom(const Leaves& leaves, size_t leaf) const {
  return cache_.Read(*file_, leaves.index.reference(leaf), BlockKind::kLeaf, leaves.slots[leaf]);
}

Result<const TreeParts::Leaves*> TreeParts::LeavesFor(const ReadSection& section) const {
  if (const Leaves* const leaves = leaves_.get(section); leaves != nullptr) return leaves;
  if (salvaged_leaves_ != nullptr) return salvaged_leaves_.get();
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<const Leaves> loaded, LoadLeaves());
  const size_t bytes = loaded->index.bytes() + loaded->slots.bytes();
  return leaves_.Publish(std::move(loaded), bytes, section);
}

Result<std::unique_ptr<const TreeParts::Leaves>> TreeParts::LoadLeaves() const {
  HeadIndex::Builder builder;
  const InnerWalk::Visitor visitor{.on_leaf =
                                       [&builder](Bytes separator, BlockReference leaf) {
                                         builder.Add(separator, leaf);
                                         return Status::Ok();
                                       },
                                   .on_damage = [](const Status& damage) { return damage; }};
  LOGWOOD_RETURN_IF_ERROR(InnerWalk(*file_, footer_, visitor).Run());
  if (builder.leaf_count() != footer_.leaves) {
    return Status::Corruption(WhereInTree(*file_, footer_.root.offset()) + ": inner nodes refer to " +
                              std::to_string(builder.leaf_count()) + " leaves, the footer says " +
                              std::to_string(footer_.leaves));
  }
  return std::make_unique<const Leaves>(builder.Build(), cache_);
}

Status AppendFilterBlock(const BlockFile& file, const TreeFooter& footer, size_t index, BlockedBloomFilter& filter) {
  const BlockReference reference = footer.filter_blocks[index];
  LOGWOOD_ASSIGN_OR_RETURN(const Block block, file.ReadBlock(reference, BlockKind::kFilter));
  const Bytes lines = block.value(0);
  const uint64_t lines_before = index * kFilterLinesPerBlock;
  const uint64_t line_count = std::min(kFilterLinesPerBlock, footer.filter_lines - lines_before);
  if (lines.size() != line_count * BlockedBloomFilter::kLineSize) {
    return Status::Corruption(WhereInTree(file, reference.offset()) + ": filter block of " +
                              std::to_string(lines.size()) + " bytes, expected " + std::to_string(line_count) +
                              " lines");
  }
  filter.AppendLines(lines);
  return Status::Ok();
}

}  // namespace logwood
