#include "lsm/lsm_writer.h"

#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"

namespace logwood {

Status LsmWriter::Add(const Entry& entry) {
  const bool is_tombstone = entry.type == EntryType::kTombstone;
  if (is_tombstone && !options_.keeps_tombstones) {
    dropped_tombstones_ = true;
    return Status::Ok();
  }
  LOGWOOD_RETURN_IF_ERROR(MakeOpen());
  LOGWOOD_RETURN_IF_ERROR(builder_->Add(entry.key, entry.type, entry.value));
  Count({.entries = 1, .tombstones = is_tombstone ? 1U : 0U, .bytes = entry.key.size() + entry.value.size()});
  return Status::Ok();
}

Status LsmWriter::MakeOpen() {
  if (builder_ && options_.segment_size_bytes && open_.bytes >= *options_.segment_size_bytes) {
    LOGWOOD_RETURN_IF_ERROR(EndSegment());
  }
  if (builder_) return Status::Ok();
  LOGWOOD_ASSIGN_OR_RETURN(BlockFileWriter* const file, output_.File());
  builder_.emplace(*file,
                   TreeBuilder::Options{.block_size_bytes = options_.block_size_bytes, .budget = output_.budget()});
  return Status::Ok();
}

Status LsmWriter::AddRangeTombstones(RangeTombstones tombstones, uint64_t hidden) {
  if (tombstones.empty()) return Status::Ok();
  if (!options_.keeps_tombstones) {
    dropped_tombstones_ = true;
    return Status::Ok();
  }
  LOGWOOD_ASSERT(!options_.segment_size_bytes);
  if (!builder_) {
    LOGWOOD_RETURN_IF_ERROR(
        Add({.type = EntryType::kTombstone, .key = tombstones[0].begin, .value = {}, .address = {}}));
  }
  for (const RangeTombstone& tombstone : tombstones) AppendUnited(range_tombstones_, tombstone);
  Count({.range_tombstones = tombstones.size(), .hidden = hidden});
  return Status::Ok();
}

void LsmWriter::Count(const LsmContents& more) {
  open_ += more;
  taken_ += more;
}

Status LsmWriter::AddAll(EntryCursor& entries) {
  entries.First();
  while (entries.valid()) {
    const Block* const block = entries.entry().begins_block ? entries.WholeBlock(nullptr) : nullptr;
    if (block != nullptr) {
      LOGWOOD_RETURN_IF_ERROR(MakeOpen());
      LOGWOOD_RETURN_IF_ERROR(builder_->AddBlock(*block));
      Count({.entries = block->count(), .tombstones = 0, .bytes = block->entries_size()});
      entries.PassBlock();
    } else {
      LOGWOOD_RETURN_IF_ERROR(Add(entries.entry()));
      entries.Next();
    }
  }
  return entries.status();
}

Result<std::vector<LsmWriter::Segment>> LsmWriter::Finish() {
  if (builder_) LOGWOOD_RETURN_IF_ERROR(EndSegment());
  return std::move(segments_);
}

LsmContents LsmWriter::TakeContents() { return std::exchange(taken_, {}); }

Status LsmWriter::EndSegment() {
  for (const RangeTombstone& tombstone : range_tombstones_) {
    LOGWOOD_RETURN_IF_ERROR(builder_->AddRangeTombstone(tombstone));
  }
  LOGWOOD_ASSIGN_OR_RETURN(TreeDescriptor tree, builder_->Finish());
  builder_.reset();
  segments_.push_back({std::move(tree), std::exchange(open_, {})});
  return Status::Ok();
}

}  // namespace logwood
