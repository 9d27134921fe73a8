#include "tree/inner_walk.h"

#include <memory>

#include "base/status_macros.h"
#include "codec/byte_writer.h"

namespace logwood {

InnerWalk::InnerWalk(const BlockFile& file, const TreeFooter& footer, const Visitor& visitor)
    : file_(file), footer_(footer), visitor_(visitor) {
  offset_min_.fill(footer.begin);
}

Status InnerWalk::Run() {
  return Visit({.separator = Bytes(), .reference = footer_.root, .level = footer_.height - size_t{1}});
}

Status InnerWalk::Visit(const Child& child) {
  offset_min_[child.level] = child.reference.offset() + kBlockHeaderSize;
  return child.level == 0 ? VisitLeaf(child) : VisitInner(child);
}

Status InnerWalk::VisitLeaf(const Child& leaf) {
  if (leaves_visited_ > 0 && leaf.separator <= Bytes(last_separator_)) {
    return visitor_.on_damage(Wrong(leaf, "separator of the leaf is not above the one before"));
  }
  ++leaves_visited_;
  last_separator_.assign(leaf.separator.string_view());
  return visitor_.on_leaf(leaf.separator, leaf.reference);
}

Status InnerWalk::VisitInner(const Child& inner) {
  const Result<Block> node = file_.ReadBlock(inner.reference, BlockKind::kInner);
  ++blocks_read_;
  if (!node.ok()) return node.status().code() == StatusCode::kIo ? node.status() : visitor_.on_damage(node.status());
  return VisitChildren(*node, inner);
}

Status InnerWalk::VisitChildren(const Block& node, const Child& inner) {
  std::string separator;
  if (node.key(0, separator) != inner.separator) {
    LOGWOOD_RETURN_IF_ERROR(visitor_.on_damage(Wrong(inner, "first key is not the separator in the parent")));
  }
  for (uint32_t i = 0; i < node.count(); ++i) {
    if (const Status place = CheckPlace(node, i, inner); !place.ok()) {
      LOGWOOD_RETURN_IF_ERROR(visitor_.on_damage(place));
      continue;
    }
    LOGWOOD_RETURN_IF_ERROR(Visit({.separator = node.key(i, separator),
                                   .reference = BlockReference(LoadFixed64(node.value(i).data())),
                                   .level = inner.level - 1}));
  }
  return Status::Ok();
}

Status InnerWalk::CheckPlace(const Block& node, uint32_t index, const Child& inner) const {
  const std::string child = "child " + std::to_string(index);
  if (node.type(index) != EntryType::kPut || node.value(index).size() != sizeof(uint64_t)) {
    return Wrong(inner, child + " is no reference");
  }
  const BlockReference reference(LoadFixed64(node.value(index).data()));
  if (reference.file_slot() != 0) return Wrong(inner, child + " stands in another file");
  if (reference.offset() < offset_min_[inner.level - 1] || reference.offset() >= inner.reference.offset()) {
    return Wrong(inner, child + " stands at " + std::to_string(reference.offset()) + ", expected " +
                            std::to_string(offset_min_[inner.level - 1]) + " or more, and before its parent");
  }
  return Status::Ok();
}

Status InnerWalk::Wrong(const Child& node, const std::string& what) const {
  return Status::Corruption(WhereInTree(file_, node.reference.offset()) + ": " + what);
}

}  // namespace logwood
