#include "tree/tree_range_tombstones.h"

#include <utility>

#include "base/status_macros.h"
#include "logwood/options.h"

namespace logwood {

Result<std::unique_ptr<const TreeRangeTombstones>> TreeRangeTombstones::Read(const BlockFile& file,
                                                                             const TreeFooter& footer) {
  std::unique_ptr<TreeRangeTombstones> read(new TreeRangeTombstones());
  for (const BlockReference reference : footer.range_tombstone_blocks) {
    LOGWOOD_ASSIGN_OR_RETURN(const Block block, file.ReadBlock(reference, BlockKind::kRangeTombstones));
    read->TakeAll(block);
  }
  if (const char* const wrong = read->Wrong(footer)) {
    return Status::Corruption(WhereInTree(file, footer.range_tombstone_blocks.front().offset()) +
                              ": range tombstones have a wrong " + wrong);
  }
  return std::unique_ptr<const TreeRangeTombstones>(std::move(read));
}

Result<std::unique_ptr<const TreeRangeTombstones>> TreeRangeTombstones::OfBlocks(const std::vector<Block>& blocks) {
  if (blocks.empty()) return std::unique_ptr<const TreeRangeTombstones>();
  std::unique_ptr<TreeRangeTombstones> read(new TreeRangeTombstones());
  for (const Block& block : blocks) read->TakeAll(block);
  if (const char* const wrong = read->WrongOrder()) {
    return Status::Corruption("range tombstones have a wrong " + std::string(wrong));
  }
  return std::unique_ptr<const TreeRangeTombstones>(std::move(read));
}

size_t TreeRangeTombstones::bytes() const noexcept {
  size_t sum = tombstones_.capacity() * sizeof(RangeTombstone);
  for (const auto& keys : keys_) sum += keys->capacity();
  return sum;
}

void TreeRangeTombstones::TakeAll(const Block& block) {
  std::string keys;
  std::vector<size_t> ends;
  std::string scratch;
  for (uint32_t i = 0; i < block.count(); ++i) {
    keys.append(block.key(i, scratch).string_view());
    ends.push_back(keys.size());
    keys.append(block.value(i).string_view());
    ends.push_back(keys.size());
  }
  const Bytes all = *keys_.emplace_back(std::make_unique<const std::string>(std::move(keys)));
  size_t begin = 0;
  for (size_t i = 0; i < ends.size(); i += 2) {
    tombstones_.push_back({all.From(begin).First(ends[i] - begin), all.From(ends[i]).First(ends[i + 1] - ends[i])});
    begin = ends[i + 1];
  }
}

const char* TreeRangeTombstones::WrongOrder() const {
  for (size_t i = 0; i < tombstones_.size(); ++i) {
    const RangeTombstone& tombstone = tombstones_[i];
    if (tombstone.end.size() > kKeySizeMax) return "size";
    if (!tombstone.end.empty() && tombstone.end <= tombstone.begin) return "end";
    if (i > 0 && (tombstones_[i - 1].end.empty() || tombstone.begin <= tombstones_[i - 1].end)) return "order";
  }
  return nullptr;
}

const char* TreeRangeTombstones::Wrong(const TreeFooter& footer) const {
  if (tombstones_.size() != footer.range_tombstones) return "number";
  if (const char* const wrong = WrongOrder()) return wrong;
  if (tombstones_.front().begin != Bytes(footer.range_tombstones_begin)) return "begin";
  if (tombstones_.back().end != Bytes(footer.range_tombstones_end)) return "end of the last";
  return nullptr;
}

}  // namespace logwood
