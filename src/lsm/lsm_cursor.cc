#include "lsm/lsm_cursor.h"

#include <optional>

#include "base/assert.h"

namespace logwood {
namespace {

class LsmCursor final : public EntryCursor {
 public:
  explicit LsmCursor(const LsmTrees& trees) : trees_(trees) {}

  void Seek(Bytes key, SeekTo to) override {
    if (!status_.ok()) return;
    const size_t partition = FindLsmPartition(trees_.state(), key);
    // `key` may point into the entry on which the cursor stands: what that was read from lives until the end of the
    // move.
    const std::unique_ptr<EntryCursor> left_behind = Enter(partition);
    within_->Seek(key, to);
    if (to == SeekTo::kAtOrAfter) return ShowFrom();
    if (to == SeekTo::kAtOrBefore) return ShowBackFrom();
    Show();
  }
  void First() override {
    if (!status_.ok()) return;
    Enter(0);
    within_->First();
    ShowFrom();
  }
  void Last() override {
    if (!status_.ok()) return;
    Enter(trees_.state().partitions.size() - 1);
    within_->Last();
    ShowBackFrom();
  }
  void Next() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    within_->Next();
    ShowFrom();
  }
  void Prev() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    within_->Prev();
    ShowBackFrom();
  }

 private:
  // Returns what the cursor stood in before, where that is another partition.
  std::unique_ptr<EntryCursor> Enter(size_t partition) {
    if (within_ != nullptr && partition_ == partition) return nullptr;
    partition_ = partition;
    return std::exchange(within_, trees_.NewCursorOf(partition));
  }

  // The entry that was found, or the first of the partitions behind.
  void ShowFrom() {
    while (!within_->valid() && within_->status().ok() && partition_ + 1 < trees_.state().partitions.size()) {
      Enter(partition_ + 1);
      within_->First();
    }
    Show();
  }

  // The entry that was found, or the last of the partitions before.
  void ShowBackFrom() {
    while (!within_->valid() && within_->status().ok() && partition_ > 0) {
      Enter(partition_ - 1);
      within_->Last();
    }
    Show();
  }

  void Show() {
    valid_ = within_->valid();
    if (valid_) entry_ = within_->entry();
    if (!valid_) status_ = within_->status();
  }

  const LsmTrees& trees_;
  std::unique_ptr<EntryCursor> within_;  // Null before the first move.
  size_t partition_ = 0;                 // That of `within_`.
};

}  // namespace

std::unique_ptr<EntryCursor> NewLsmCursor(const LsmTrees& trees) {
  if (trees.state().partitions.size() == 1) return trees.NewCursorOf(0);
  return std::make_unique<LsmCursor>(trees);
}

}  // namespace logwood
