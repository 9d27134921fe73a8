#include "cursor/bounded_cursor.h"

#include <utility>

#include "base/assert.h"
#include "cursor/entry_batch.h"

namespace logwood {
namespace {

class BoundedCursor final : public EntryCursor {
 public:
  BoundedCursor(std::unique_ptr<EntryCursor> source, KeyRange range)
      : source_(std::move(source)), range_(std::move(range)) {
    status_ = source_->status();
  }

  void Seek(Bytes key, SeekTo to) override {
    if (to == SeekTo::kAtOrAfter && BeforeStart(key)) return First();
    if (to == SeekTo::kAtOrBefore && AtOrPastLimit(key)) return Last();
    if (BeforeStart(key) || AtOrPastLimit(key)) {
      valid_ = false;
      return;
    }
    source_->Seek(key, to);
    ShowWithin();
  }
  void First() override {
    if (range_.start) {
      source_->Seek(*range_.start, SeekTo::kAtOrAfter);
    } else {
      source_->First();
    }
    ShowWithin();
  }
  void Last() override {
    if (range_.limit) {
      source_->Seek(*range_.limit, SeekTo::kAtOrBefore);
      // The limit itself is outside, and nothing else can be.
      if (source_->valid() && AtOrPastLimit(source_->entry().key)) source_->Prev();
    } else {
      source_->Last();
    }
    ShowWithin();
  }
  // From within the range only the bound ahead can be passed.
  void Next() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    source_->Next();
    if (Take()) valid_ = !AtOrPastLimit(entry_.key);
  }
  void Prev() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    source_->Prev();
    if (Take()) valid_ = !BeforeStart(entry_.key);
  }
  void Gather(EntryBatch& batch) override {
    const Bytes own = range_.limit ? Bytes(*range_.limit) : Bytes();
    const Bytes* const limit = batch.SetLimit(IsNearer(own, batch.limit()) ? &own : batch.limit());
    source_->Gather(batch);
    batch.SetLimit(limit);
    entry_ = source_->entry();
  }
  const Block* WholeBlock(const Bytes* limit) override {
    const Bytes own = range_.limit ? Bytes(*range_.limit) : Bytes();
    return source_->WholeBlock(IsNearer(own, limit) ? &own : limit);
  }
  void PassBlock() override {
    source_->PassBlock();
    if (Take()) valid_ = !AtOrPastLimit(entry_.key);
  }

 private:
  [[nodiscard]] bool BeforeStart(Bytes key) const { return range_.start && key < Bytes(*range_.start); }
  [[nodiscard]] bool AtOrPastLimit(Bytes key) const { return range_.limit && key >= Bytes(*range_.limit); }

  // Whether there is a limit, `own`, and it stands before the other.
  [[nodiscard]] bool IsNearer(Bytes own, const Bytes* limit) const {
    return range_.limit && (limit == nullptr || own < *limit);
  }

  // Both bounds are looked at: with start >= limit either may be passed in either direction.
  void ShowWithin() {
    if (Take()) valid_ = !BeforeStart(entry_.key) && !AtOrPastLimit(entry_.key);
  }

  // Takes over what the source shows; returns whether it shows anything.
  bool Take() {
    valid_ = source_->valid();
    if (valid_) {
      entry_ = source_->entry();
    } else {
      status_ = source_->status();
    }
    return valid_;
  }

  const std::unique_ptr<EntryCursor> source_;
  const KeyRange range_;
};

}  // namespace

std::unique_ptr<EntryCursor> NewBoundedCursor(std::unique_ptr<EntryCursor> source, KeyRange range) {
  if (!range.start && !range.limit) return source;
  return std::make_unique<BoundedCursor>(std::move(source), std::move(range));
}

}  // namespace logwood
