#include "lsm/lsm_cursor.h"

#include <array>
#include <utility>

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
  void Gather(EntryBatch& batch) override {
    within_->Gather(batch);
    entry_ = within_->entry();
  }

 private:
  // A partition that was entered before, and what reads it: opening it anew would cost more than most seeks.
  struct Entered {
    size_t partition = 0;
    std::unique_ptr<EntryCursor> cursor;  // Null: none yet.
  };

  // Each keeps a leaf of every piece in memory. A partition has one place where it can be kept.
  static constexpr size_t kEnteredMax = 16;

  // Returns what had to make room, which may be what the cursor stood in before.
  std::unique_ptr<EntryCursor> Enter(size_t partition) {
    Entered& entered = entered_[partition % kEnteredMax];
    std::unique_ptr<EntryCursor> replaced;
    if (entered.cursor == nullptr || entered.partition != partition) {
      replaced = std::exchange(entered.cursor, trees_.NewCursorOf(partition));
      entered.partition = partition;
    }
    partition_ = partition;
    within_ = entered.cursor.get();
    return replaced;
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
  std::array<Entered, kEnteredMax> entered_;
  EntryCursor* within_ = nullptr;  // One of these; null before the first move.
  size_t partition_ = 0;           // That of `within_`.
};

}  // namespace

std::unique_ptr<EntryCursor> NewLsmCursor(const LsmTrees& trees) {
  if (trees.state().partitions.size() == 1) return trees.NewCursorOf(0);
  return std::make_unique<LsmCursor>(trees);
}

}  // namespace logwood
