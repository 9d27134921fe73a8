#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/ids.h"
#include "cursor/bounded_cursor.h"
#include "cursor/entry_batch.h"
#include "cursor/entry_cursor.h"
#include "engine/held_views.h"
#include "engine/read_state.h"
#include "logwood/bytes.h"
#include "logwood/status.h"

namespace logwood {

// A cursor for as long as somebody holds it, and what it reads with it. Its view may be replaced at any time by one
// that shows the same (HeldViews): then its next move is made on a cursor over that, which is brought to the same entry
// first. Where nothing can be replaced, since the view has no memtable of the collection, a move is that of the cursor
// inside. Thread-compatible.
//
// How it and who replaces its view keep out of one another's way:
//   1. A move marks the cursor as moving, then looks whether it was replaced. Who replaces marks it so, under the mutex
//      of HeldViews, then looks whether it is moving. Between the two steps each has a fence, of which the cursor's
//      costs nothing: so at least one sees the other.
//   2. One that is not moving is let go of there and then: its view is dropped, and with it the memtables under the
//      cursor inside, which is not touched any more. What its user may be looking at is kept: the block by a pin of the
//      cursor inside, the pages of the arena by Generation::Keep().
//   3. One that is moving goes on to read what it holds. It lets go with its next move, or, if it is idle then, when
//      somebody looks again.
class HeldCursor {
 public:
  // Over nothing: it is not valid, and `status` says why.
  explicit HeldCursor(Status status) : status_(std::move(status)) {}
  // Over `entries`, whatever they come from.
  explicit HeldCursor(std::unique_ptr<EntryCursor> entries) : cursor_(std::move(entries)) {}
  // See ReadView::NewCursor(). `views` must outlive it.
  HeldCursor(HeldViews& views, ReadView view, CollectionId collection, KeyRange range);
  HeldCursor(const HeldCursor&) = delete;  // `views` may know it.
  HeldCursor& operator=(const HeldCursor&) = delete;
  ~HeldCursor();

  // Whether it has anything to move in. Required by all moves.
  [[nodiscard]] bool is_open() const noexcept { return cursor_ != nullptr; }
  // From here on it is not valid, and `status` says why.
  void End(const Status& status);

  // See EntryCursor.
  void Seek(Bytes key, SeekTo to) {
    Move(From::kAnywhere, [&](EntryCursor& cursor) { cursor.Seek(key, to); });
  }
  void First() {
    Move(From::kAnywhere, [](EntryCursor& cursor) { cursor.First(); });
  }
  void Last() {
    Move(From::kAnywhere, [](EntryCursor& cursor) { cursor.Last(); });
  }
  void Next() {
    Move(From::kItsEntry, [](EntryCursor& cursor) { cursor.Next(); });
  }
  void Prev() {
    Move(From::kItsEntry, [](EntryCursor& cursor) { cursor.Prev(); });
  }

  // Fills `batch` from where it stands, or, if `is_behind`, from the entry behind that. Requires: valid().
  void Fill(EntryBatch& batch, bool is_behind) {
    Move(From::kItsEntry, [&](EntryCursor& cursor) {
      if (is_behind) cursor.Next();
      batch.Fill(cursor);
    });
  }

  [[nodiscard]] bool valid() const noexcept { return cursor_ != nullptr && cursor_->valid(); }
  // Requires: valid().
  [[nodiscard]] const Entry& entry() const noexcept { return cursor_->entry(); }
  [[nodiscard]] const Status& status() const noexcept { return cursor_ != nullptr ? cursor_->status() : status_; }

 private:
  friend class HeldViews;

  // Where a move starts.
  enum class From : uint8_t { kAnywhere, kItsEntry };
  using Kept = std::array<std::shared_ptr<const void>, 2>;
  // What may go after a move, in reverse order.
  struct LeftBehind {
    ReadView view;
    Kept kept;
    std::unique_ptr<EntryCursor> cursor;
  };

  // In three pieces, so that a move pays for no more than it does: what is seldom done stays out of the way.
  template <class Make>
  void Move(From from, const Make& make) {
    if (!is_guarded_) return make(*cursor_);
    MoveGuarded(from, make);
  }
  template <class Make>
  [[gnu::noinline]] void MoveGuarded(From from, const Make& make) {
    is_moving_.store(true, std::memory_order_relaxed);
    views_->fence_.Light();
    // Acquire: partner of the release in HeldViews::Replace().
    is_replaced_.load(std::memory_order_acquire) ? MoveFromSpilled(from, make) : make(*cursor_);
    // Release: partner of the acquire in IsIdle().
    is_moving_.store(false, std::memory_order_release);
  }
  template <class Make>
  [[gnu::noinline]] void MoveFromSpilled(From from, const Make& make) {
    const LeftBehind left_behind = ReadFromSpilled(from);
    if (cursor_ != nullptr) make(*cursor_);
  }

  [[nodiscard]] LeftBehind ReadFromSpilled(From from);
  [[nodiscard]] bool IsIdle() const noexcept { return !is_moving_.load(std::memory_order_acquire); }
  [[nodiscard]] ReadView LetGo();

  std::unique_ptr<EntryCursor> cursor_;  // Null: `status_` says why.
  Status status_;
  bool is_guarded_ = false;                // Whether somebody may replace the view, or has, and it has not moved since.
  std::atomic<bool> is_moving_ = false;    // Means something only while it is guarded.
  std::atomic<bool> is_replaced_ = false;  // `spilled_` is there.
  HeldViews* views_ = nullptr;             // That know it; null: none.
  std::shared_ptr<const void> trees_;      // That it reads, where no view is held.
  CollectionId collection_;
  KeyRange range_;  // Of the cursor inside.
  // Guarded by the mutex of `views_`, like the next four.
  ReadView view_;                // Without state once let go.
  ReadView spilled_;             // Without state until replaced.
  Kept kept_;                    // Of the entry, by who has let go of the view.
  HeldCursor* newer_ = nullptr;  // Its neighbours among those that `views_` knows.
  HeldCursor* older_ = nullptr;
};

}  // namespace logwood
