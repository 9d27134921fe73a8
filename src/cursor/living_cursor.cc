#include "cursor/living_cursor.h"

#include <string>
#include <utility>

#include "base/assert.h"
#include "cursor/entry_batch.h"

namespace logwood {
namespace {

class LivingCursor final : public EntryCursor {
 public:
  LivingCursor(std::unique_ptr<EntryCursor> source, std::atomic<uint64_t>* tombstones_passed)
      : source_(std::move(source)), tombstones_passed_(tombstones_passed) {
    status_ = source_->status();
  }

  void Seek(Bytes key, SeekTo to) override {
    source_->Seek(key, to);
    switch (to) {
      case SeekTo::kExact: return Show(/*alive=*/source_->valid() && !OnTombstone());
      case SeekTo::kAtOrAfter: return SkipForward();
      case SeekTo::kAtOrBefore: return SkipBackward();
    }
  }
  void First() override {
    source_->First();
    SkipForward();
  }
  void Last() override {
    source_->Last();
    SkipBackward();
  }
  void Next() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    source_->Next();
    SkipForward();
  }
  void Prev() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    source_->Prev();
    SkipBackward();
  }
  void Gather(EntryBatch& batch) override {
    const size_t begin = batch.size();
    source_->Gather(batch);
    batch.RemoveTombstones(begin);
    if (!OnTombstone()) {
      entry_ = source_->entry();
      return;
    }
    entry_ = batch.entries().back();
    entry_.key = Bytes(last_key_.assign(entry_.key.string_view()));  // It may be the batch's.
  }

 private:
  [[nodiscard]] bool OnTombstone() const { return source_->entry().type == EntryType::kTombstone; }

  void SkipForward() {
    uint64_t passed = 0;
    for (; source_->valid() && OnTombstone(); ++passed) source_->Next();
    Count(passed);
    Show(source_->valid());
  }
  void SkipBackward() {
    uint64_t passed = 0;
    for (; source_->valid() && OnTombstone(); ++passed) source_->Prev();
    Count(passed);
    Show(source_->valid());
  }

  void Count(uint64_t passed) {
    if (passed < kTombstoneStretchMin || tombstones_passed_ == nullptr) return;
    tombstones_passed_->fetch_add(passed, std::memory_order_relaxed);
  }

  // An error needs no memory of its own: the source's is sticky.
  void Show(bool alive) {
    valid_ = alive;
    if (valid_) {
      entry_ = source_->entry();
    } else {
      status_ = source_->status();
    }
  }

  const std::unique_ptr<EntryCursor> source_;
  std::string last_key_;                            // Of the entry, where the source stands on a tombstone behind it.
  std::atomic<uint64_t>* const tombstones_passed_;  // Or null.
};

}  // namespace

std::unique_ptr<EntryCursor> NewLivingCursor(std::unique_ptr<EntryCursor> source,
                                             std::atomic<uint64_t>* tombstones_passed) {
  return std::make_unique<LivingCursor>(std::move(source), tombstones_passed);
}

}  // namespace logwood
