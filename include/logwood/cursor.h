#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

#include "logwood/bytes.h"
#include "logwood/status.h"

namespace logwood {

class Engine;
class EntryCursor;
struct ReadView;

// Goes through the entries of a collection in key order, both ways, as they were when the cursor was made. Where it was
// given bounds, nothing outside of them exists. Moves may be mixed freely. Before the first move, past either end and
// after an error it is not valid; an error is sticky and told by status(). key() and value() live until the next move.
// Holds the files that it reads until it goes. What it reads in memory goes to a file where views and cursors hold more
// than an eighth of the memory budget beyond what is needed anyway; a move may read that file then. Thread-compatible.
class Cursor {
 public:
  struct KeyAndValue {
    Bytes key;
    Bytes value;
  };
  class Iterator;

  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;
  ~Cursor();

  void First();
  void Last();
  // To the first key >= `key`. Here as in the next two, `key` may point into what key() and value() gave.
  void Seek(Bytes key);
  // To the last key <= `key`.
  void SeekAtOrBefore(Bytes key);
  // To `key` itself; not valid where it is absent.
  void SeekExact(Bytes key);
  // Require: valid().
  void Next();
  void Prev();
  // At once the entries from where the cursor stands on, or, after another NextBatch(), from behind those: at least one
  // and at most `count_max`, as many as are at hand. None at the end, after an error, and for 0. They live until the
  // next move. Afterwards the cursor is not valid; it may go on with another NextBatch(), or be sent elsewhere. Cost:
  // of entries at rest in one run that are in memory a quarter less than by Next(); of many runs a little more.
  [[nodiscard]] std::span<const KeyAndValue> NextBatch(size_t count_max = 256);

  [[nodiscard]] bool valid() const noexcept;
  // Require: valid().
  [[nodiscard]] Bytes key() const noexcept;
  [[nodiscard]] Bytes value() const noexcept;
  // OK, or what ended the cursor: kCorruption, kIo, kClosed, kNotFound (the collection was dropped). Look at it when a
  // loop over the cursor has ended.
  [[nodiscard]] const Status& status() const noexcept;

  // From where the cursor stands to its end: for (auto [key, value] : cursor).
  [[nodiscard]] Iterator begin() noexcept;
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  friend class CursorFactory;
  struct State;
  explicit Cursor(std::unique_ptr<State> state) noexcept;
  [[nodiscard]] bool CanMove();

  std::unique_ptr<State> state_;
};

class Cursor::Iterator {
 public:
  using value_type = KeyAndValue;
  using difference_type = std::ptrdiff_t;

  explicit Iterator(Cursor& cursor) noexcept : cursor_(&cursor) {}

  [[nodiscard]] KeyAndValue operator*() const noexcept { return {cursor_->key(), cursor_->value()}; }
  Iterator& operator++() {
    cursor_->Next();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const Iterator& iterator, std::default_sentinel_t) noexcept {
    return !iterator.cursor_->valid();
  }

 private:
  Cursor* cursor_;
};

inline Cursor::Iterator Cursor::begin() noexcept { return Iterator(*this); }

}  // namespace logwood
