#include "engine/held_cursor.h"

#include <algorithm>
#include <utility>

namespace logwood {
namespace {

bool HasMemtables(const ReadState& state, CollectionId collection) {
  return std::ranges::any_of(state.generations,
                             [&](const auto& generation) { return generation->Find(collection) != nullptr; });
}

}  // namespace

// What is added to a memtable that is not there yet is newer than the view: so a cursor that has none keeps no
// generation, which may grow. Memtables are looked for once the cursor is made: one that came meanwhile may be in it.
HeldCursor::HeldCursor(HeldViews& views, ReadView view, CollectionId collection, KeyRange range)
    : collection_(collection), range_(range) {
  Result<std::unique_ptr<EntryCursor>> cursor = view.NewCursor(collection, std::move(range));
  if (!cursor.ok()) {
    status_ = cursor.status();
    return;
  }
  cursor_ = *std::move(cursor);
  is_guarded_ = HasMemtables(*view.state, collection);
  if (!is_guarded_ && view.state->spilled.empty()) {
    trees_ = view.state->trees.at(collection);
    return;
  }
  (is_guarded_ ? view_ : spilled_) = std::move(view);
  views_ = &views;
  views.Add(*this);
}

HeldCursor::~HeldCursor() {
  if (views_ != nullptr) views_->Remove(*this);
  cursor_.reset();  // Before what it reads.
}

// Under the mutex, since somebody may look for what to keep of it.
void HeldCursor::End(const Status& status) {
  std::unique_ptr<EntryCursor> ended;  // Destroyed after the lock is released.
  status_ = status;
  if (views_ == nullptr) {
    cursor_.reset();
    return;
  }
  const MutexLock lock(views_->mutex_);
  ended = std::move(cursor_);
}

HeldCursor::LeftBehind HeldCursor::ReadFromSpilled(From from) {
  LeftBehind left;
  {
    const MutexLock lock(views_->mutex_);
    left.view = std::exchange(view_, {});
    left.kept = std::exchange(kept_, {});
    left.cursor = std::move(cursor_);
    is_guarded_ = false;
  }
  status_ = left.cursor->status();
  if (!status_.ok()) return left;  // It stays what it is.
  Result<std::unique_ptr<EntryCursor>> cursor = spilled_.NewCursor(collection_, range_);
  status_ = cursor.status();
  if (!status_.ok()) return left;
  cursor_ = *std::move(cursor);
  if (from == From::kAnywhere) return left;
  cursor_->Seek(left.cursor->entry().key, SeekTo::kExact);
  if (cursor_->valid()) return left;
  const Status failure = cursor_->status();
  cursor_.reset();
  status_ = !failure.ok() ? failure : Status::Corruption("scratch file of a view: the entry of a cursor is not in it");
  return left;
}

ReadView HeldCursor::LetGo() {
  if (cursor_ != nullptr && cursor_->valid()) {
    const Entry& entry = cursor_->entry();
    for (const std::shared_ptr<const Generation>& generation : view_.state->generations) {
      if (kept_[0] == nullptr) kept_[0] = generation->Keep(entry.key);
      if (kept_[1] == nullptr) kept_[1] = generation->Keep(entry.value);
    }
  }
  return std::exchange(view_, {});
}

}  // namespace logwood
