#include "tree/tree_cursor.h"

#include <utility>

#include "base/assert.h"

namespace logwood {

TreeCursor::TreeCursor(std::shared_ptr<const TreeParts> tree) : tree_(std::move(tree)) {}

void TreeCursor::Seek(Bytes key, SeekTo to) {
  if (!Prepare()) return;
  // `key` may point into the entry on which the cursor stands: the leaf left behind lives until the end of the move.
  BlockPin left_behind;
  const Result<size_t> leaf = tree_->FindLeaf(key);
  if (!leaf.ok()) return Fail(leaf.status());
  if (!Enter(*leaf, &left_behind)) return;
  bool exact = false;
  const uint32_t at = leaf_->LowerBound(key, &exact);
  if (exact) {
    StandAt(at);
  } else if (to == SeekTo::kAtOrAfter) {
    at < leaf_->count() ? StandAt(at) : EnterNextLeaf();
  } else if (to == SeekTo::kAtOrBefore) {
    at > 0 ? StandAt(at - 1) : EnterPreviousLeaf();
  }
}

void TreeCursor::First() {
  if (Prepare() && Enter(0)) StandAt(0);
}

void TreeCursor::Last() {
  if (Prepare() && Enter(tree_->footer().leaves - 1)) StandAt(leaf_->count() - 1);
}

void TreeCursor::Next() {
  LOGWOOD_DEBUG_ASSERT(valid_);
  if (position_ + 1 < leaf_->count()) {
    StandAt(position_ + 1);
  } else {
    EnterNextLeaf();
  }
}

void TreeCursor::Prev() {
  LOGWOOD_DEBUG_ASSERT(valid_);
  if (position_ > 0) {
    StandAt(position_ - 1);
  } else {
    EnterPreviousLeaf();
  }
}

bool TreeCursor::Prepare() {
  valid_ = false;
  return status_.ok();
}

bool TreeCursor::Enter(size_t leaf, BlockPin* left_behind) {
  if (leaf_ && leaf == leaf_index_) return true;
  Result<BlockPin> block = tree_->ReadLeaf(leaf);
  if (!block.ok()) {
    Fail(block.status());
    return false;
  }
  std::swap(leaf_, *block);
  if (left_behind != nullptr) *left_behind = *std::move(block);
  leaf_index_ = leaf;
  return true;
}

void TreeCursor::EnterNextLeaf() {
  valid_ = false;
  if (leaf_index_ + 1 < tree_->footer().leaves && Enter(leaf_index_ + 1)) StandAt(0);
}

void TreeCursor::EnterPreviousLeaf() {
  valid_ = false;
  if (leaf_index_ > 0 && Enter(leaf_index_ - 1)) StandAt(leaf_->count() - 1);
}

void TreeCursor::StandAt(uint32_t position) {
  position_ = position;
  entry_.type = leaf_->type(position);
  entry_.key = leaf_->key(position, key_);
  entry_.value = leaf_->value(position);
  valid_ = true;
}

void TreeCursor::Fail(const Status& status) {
  valid_ = false;
  status_ = status;
}

}  // namespace logwood
