#include "logwood/raw_cursor.h"

#include <optional>
#include <string>
#include <utility>

#include "api/cursor_factory.h"
#include "api/raw_cursor_adapter.h"
#include "base/assert.h"
#include "cursor/living_cursor.h"
#include "cursor/merging_cursor.h"

namespace logwood {
namespace {

// A cursor from inside the library, as users see it.
class OutsideCursor final : public RawCursor {
 public:
  explicit OutsideCursor(std::unique_ptr<EntryCursor> inner) : inner_(std::move(inner)) {}

  void First() override { inner_->First(); }
  void Last() override { inner_->Last(); }
  void Seek(Bytes key) override { inner_->Seek(key, SeekTo::kAtOrAfter); }
  void SeekAtOrBefore(Bytes key) override { inner_->Seek(key, SeekTo::kAtOrBefore); }
  void Next() override { inner_->Next(); }
  void Prev() override { inner_->Prev(); }

  [[nodiscard]] bool valid() const override { return inner_->valid(); }
  [[nodiscard]] Bytes key() const override { return inner_->entry().key; }
  [[nodiscard]] Bytes value() const override { return inner_->entry().value; }
  [[nodiscard]] bool is_tombstone() const override { return inner_->entry().type == EntryType::kTombstone; }
  [[nodiscard]] Status status() const override { return inner_->status(); }

  [[nodiscard]] EntryCursor& inner() { return *inner_; }
  [[nodiscard]] std::unique_ptr<EntryCursor> TakeInner() { return std::move(inner_); }

 private:
  std::unique_ptr<EntryCursor> inner_;
};

// A public cursor of a collection, a view or a segment.
class RawOfCursor final : public RawCursor {
 public:
  explicit RawOfCursor(Cursor& borrowed) : cursor_(borrowed) {}
  explicit RawOfCursor(Cursor&& owned) : owned_(std::move(owned)), cursor_(*owned_) {}

  void First() override { cursor_.First(); }
  void Last() override { cursor_.Last(); }
  void Seek(Bytes key) override { cursor_.Seek(key); }
  void SeekAtOrBefore(Bytes key) override { cursor_.SeekAtOrBefore(key); }
  void Next() override { cursor_.Next(); }
  void Prev() override { cursor_.Prev(); }

  [[nodiscard]] bool valid() const override { return cursor_.valid(); }
  [[nodiscard]] Bytes key() const override { return cursor_.key(); }
  [[nodiscard]] Bytes value() const override { return cursor_.value(); }
  [[nodiscard]] Status status() const override { return cursor_.status(); }

 private:
  std::optional<Cursor> owned_;  // None where it is borrowed.
  Cursor& cursor_;
};

// A cursor that a user may have written, as the library sees it: each move is held against the one before.
class CheckedCursor final : public EntryCursor {
 public:
  CheckedCursor(RawCursor& source, std::unique_ptr<RawCursor> owned) : source_(source), owned_(std::move(owned)) {
    status_ = source.status();
  }

  // `key` may point into the entry that `source_` stands on: what a user wrote is not asked to care for that.
  void Seek(Bytes key, SeekTo to) override {
    if (!status_.ok()) return;
    key = Bytes(sought_.assign(key.string_view()));
    if (to == SeekTo::kAtOrBefore) {
      source_.SeekAtOrBefore(key);
      return Show([key](Bytes found) { return found <= key; }, "SeekAtOrBefore() went behind its key");
    }
    source_.Seek(key);
    Show([key](Bytes found) { return found >= key; }, "Seek() went before its key");
    if (to == SeekTo::kExact && valid_) valid_ = entry_.key == key;
  }
  void First() override {
    if (!status_.ok()) return;
    source_.First();
    Show([](Bytes) { return true; }, "");
  }
  void Last() override {
    if (!status_.ok()) return;
    source_.Last();
    Show([](Bytes) { return true; }, "");
  }
  void Next() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    before_.assign(entry_.key.string_view());
    source_.Next();
    Show([this](Bytes found) { return found > Bytes(before_); }, "Next() did not go to a larger key");
  }
  void Prev() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    before_.assign(entry_.key.string_view());
    source_.Prev();
    Show([this](Bytes found) { return found < Bytes(before_); }, "Prev() did not go to a smaller key");
  }

 private:
  template <class InOrder>
  void Show(InOrder in_order, const char* otherwise) {
    valid_ = source_.valid();
    if (!valid_) {
      status_ = source_.status();
      return;
    }
    const bool is_tombstone = source_.is_tombstone();
    entry_ = {.type = is_tombstone ? EntryType::kTombstone : EntryType::kPut,
              .key = source_.key(),
              .value = is_tombstone ? Bytes() : source_.value(),
              .address = {}};
    if (in_order(entry_.key)) return;
    valid_ = false;
    status_ = Status::InvalidArgument(std::string("raw cursor: ") + otherwise +
                                      ": it must give each key once, in the order of unsigned bytes");
  }

  RawCursor& source_;
  const std::unique_ptr<RawCursor> owned_;  // What `source_` is, unless it is borrowed.
  std::string before_;
  std::string sought_;
};

}  // namespace

std::unique_ptr<RawCursor> ToRawCursor(std::unique_ptr<EntryCursor> cursor) {
  return std::make_unique<OutsideCursor>(std::move(cursor));
}

std::unique_ptr<EntryCursor> ToEntryCursor(std::unique_ptr<RawCursor> cursor) {
  LOGWOOD_ASSERT(cursor != nullptr);
  if (auto* const outside = dynamic_cast<OutsideCursor*>(cursor.get())) return outside->TakeInner();
  RawCursor& source = *cursor;
  return std::make_unique<CheckedCursor>(source, std::move(cursor));
}

Status UseAsEntryCursor(RawCursor& cursor, const std::function<Status(EntryCursor&)>& use) {
  if (auto* const outside = dynamic_cast<OutsideCursor*>(&cursor)) return use(outside->inner());
  CheckedCursor checked(cursor, nullptr);
  return use(checked);
}

Status UseAsEntryCursor(Cursor& cursor, const std::function<Status(EntryCursor&)>& use) {
  RawOfCursor raw(cursor);
  return UseAsEntryCursor(raw, use);
}

std::unique_ptr<RawCursor> MergeCursors(std::vector<std::unique_ptr<RawCursor>> sources) {
  std::vector<std::unique_ptr<EntryCursor>> inner;
  inner.reserve(sources.size());
  for (std::unique_ptr<RawCursor>& source : sources) inner.push_back(ToEntryCursor(std::move(source)));
  return ToRawCursor(NewMergingCursor(std::move(inner)));
}

Cursor LivingCursorOf(std::unique_ptr<RawCursor> source) {
  return CursorFactory::Make(NewLivingCursor(ToEntryCursor(std::move(source))));
}

std::unique_ptr<RawCursor> RawCursorOf(Cursor cursor) { return std::make_unique<RawOfCursor>(std::move(cursor)); }

}  // namespace logwood
