#include "tree/tree_cursor.h"

#include <utility>

#include "base/assert.h"
#include "cursor/entry_batch.h"

namespace logwood {
namespace {

// A scan that passes fewer leaves is likely to end soon, and what it read to be read again.
constexpr size_t kNeighboursOfAPass = 4;
// Seeks that leave out no more leaves than this go on with the pass.
constexpr size_t kLittleAhead = 4;

}  // namespace

TreeCursor::TreeCursor(std::shared_ptr<const TreeParts> tree) : tree_(std::move(tree)), ahead_(tree_->cache()) {}

void TreeCursor::Seek(Bytes key, SeekTo to) {
  if (!Prepare()) return;
  if (to == SeekTo::kExact && !tree_->MayContain(key)) return;
  const Result<size_t> leaf = tree_->FindLeaf(key);
  if (!leaf.ok()) return Fail(leaf.status());
  // `key` may point into the entry on which the cursor stands: the leaf left behind lives until the end of the move.
  BlockPin left_behind;
  if (IsLittleAhead(*leaf)) {
    key = Bytes(sought_.assign(key.string_view()));
    if (!EnterNeighbour(*leaf, LeafReadAhead::Towards::kEnd)) return;
  } else {
    if (*leaf != leaf_index_) neighbours_ = 0;
    if (!Enter(*leaf, &left_behind)) return;
  }
  bool exact = false;
  const uint32_t at = leaf_->LowerBound(key, &exact);
  if (pin_ && neighbours_ == 0) ahead_.Drop();  // Where `key` may have stood.
  if (exact) {
    StandAt(at);
  } else if (to == SeekTo::kAtOrAfter) {
    at < leaf_->count() ? StandAt(at) : EnterNextLeaf();
  } else if (to == SeekTo::kAtOrBefore) {
    at > 0 ? StandAt(at - 1) : EnterPreviousLeaf();
  }
}

void TreeCursor::First() {
  neighbours_ = 0;
  if (Prepare() && Enter(0)) StandAt(0);
}

void TreeCursor::Last() {
  neighbours_ = 0;
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

// What is left of the leaf. The entry on which it stands goes in as it is where there is no room for its key.
void TreeCursor::Gather(EntryBatch& batch) {
  LOGWOOD_DEBUG_ASSERT(valid_);
  bool exact = false;
  const uint32_t end = batch.limit() == nullptr ? leaf_->count() : leaf_->LowerBound(*batch.limit(), &exact);
  uint32_t at = position_;
  for (; at < end && !batch.is_full(); ++at) {
    const size_t size = leaf_->key_size(at);
    std::byte* const key = batch.Take(size);
    if (key == nullptr) break;
    leaf_->CopyKey(at, key);
    batch.Add({.type = leaf_->type(at), .key = Bytes(key, size), .value = leaf_->value(at), .address = {}});
  }
  if (at == position_) return batch.Add(entry_);
  StandAt(at - 1);
}

const Block* TreeCursor::WholeBlock(const Bytes* limit) {
  LOGWOOD_DEBUG_ASSERT(valid_ && position_ == 0);
  if (leaf_->has_types()) return nullptr;
  if (limit != nullptr && leaf_->key(leaf_->count() - 1, last_key_) >= *limit) return nullptr;
  return leaf_;
}

void TreeCursor::PassBlock() { EnterNextLeaf(); }

bool TreeCursor::Prepare() {
  valid_ = false;
  return status_.ok() && tree_->footer().leaves > 0;
}

bool TreeCursor::IsLittleAhead(size_t leaf) const {
  return leaf_ != nullptr && leaf > leaf_index_ && leaf - leaf_index_ <= kLittleAhead;
}

bool TreeCursor::Enter(size_t leaf, BlockPin* left_behind) {
  if (leaf_ != nullptr && leaf == leaf_index_) return true;
  Result<BlockPin> pin = tree_->ReadLeaf(leaf);
  if (!pin.ok()) {
    Fail(pin.status());
    return false;
  }
  std::swap(pin_, *pin);
  if (left_behind != nullptr) {
    *left_behind = *std::move(pin);
  } else {
    ahead_.Drop();
  }
  leaf_ = &*pin_;
  leaf_index_ = leaf;
  return true;
}

bool TreeCursor::EnterNeighbour(size_t leaf, LeafReadAhead::Towards towards) {
  if (++neighbours_ < kNeighboursOfAPass) return Enter(leaf);
  Result<TreeParts::PassedLeaf> passed = tree_->PassLeaf(leaf, towards, ahead_);
  if (!passed.ok()) {
    Fail(passed.status());
    return false;
  }
  pin_ = std::move(passed->pin);
  leaf_ = passed->block;
  leaf_index_ = leaf;
  return true;
}

void TreeCursor::EnterNextLeaf() {
  valid_ = false;
  if (leaf_index_ + 1 == tree_->footer().leaves) return EndPass();
  if (EnterNeighbour(leaf_index_ + 1, LeafReadAhead::Towards::kEnd)) StandAt(0);
}

void TreeCursor::EnterPreviousLeaf() {
  valid_ = false;
  if (leaf_index_ == 0) return EndPass();
  if (EnterNeighbour(leaf_index_ - 1, LeafReadAhead::Towards::kBegin)) StandAt(leaf_->count() - 1);
}

void TreeCursor::EndPass() {
  if (!pin_) leaf_ = nullptr;
  ahead_.Drop();
}

void TreeCursor::StandAt(uint32_t position) {
  position_ = position;
  entry_.type = leaf_->type(position);
  entry_.begins_block = position == 0;
  entry_.key = leaf_->key(position, key_);
  entry_.value = leaf_->value(position);
  valid_ = true;
}

void TreeCursor::Fail(const Status& status) {
  valid_ = false;
  status_ = status;
}

}  // namespace logwood
