#include "cursor/living_cursor.h"

#include <utility>

#include "base/assert.h"

namespace logwood {
namespace {

class LivingCursor final : public EntryCursor {
 public:
  explicit LivingCursor(std::unique_ptr<EntryCursor> source) : source_(std::move(source)) {
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

 private:
  [[nodiscard]] bool OnTombstone() const { return source_->entry().type == EntryType::kTombstone; }

  void SkipForward() {
    while (source_->valid() && OnTombstone()) source_->Next();
    Show(source_->valid());
  }
  void SkipBackward() {
    while (source_->valid() && OnTombstone()) source_->Prev();
    Show(source_->valid());
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
};

}  // namespace

std::unique_ptr<EntryCursor> NewLivingCursor(std::unique_ptr<EntryCursor> source) {
  return std::make_unique<LivingCursor>(std::move(source));
}

}  // namespace logwood
