#include "tests/model/reference_cursor.h"

#include <iterator>
#include <span>
#include <sstream>
#include <utility>

#include "base/assert.h"

namespace logwood::testing {

Entries EntriesWithPrefix(const Entries& entries, const std::string& prefix) {
  Entries within;
  for (const auto& [key, value] : entries) {
    if (key.starts_with(prefix)) within.emplace(key, value);
  }
  return within;
}

Entries EntriesWithin(const Entries& entries, const ScanBounds& bounds) {
  Entries within;
  for (const auto& [key, value] : entries) {
    if (key >= bounds.start && (!bounds.limit || key < *bounds.limit)) within.emplace(key, value);
  }
  return within;
}

CheckedCursor::CheckedCursor(Cursor cursor, Entries entries)
    : cursor_(std::move(cursor)), entries_(std::move(entries)), position_(entries_.begin()) {}

std::string CheckedCursor::Move(CursorMove move, const std::string& key) {
  if (!IsExpectedValid() && move == CursorMove::kNext) move = CursorMove::kFirst;
  if (!IsExpectedValid() && move == CursorMove::kPrev) move = CursorMove::kLast;
  std::string difference;
  if (move == CursorMove::kNextBatch) {
    difference = TakeBatch(1 + key.size() % 100);
  } else {
    MoveReference(move, key);
    MoveCursor(move, key);
    is_behind_batch_ = false;
  }
  if (difference.empty()) difference = Compare();
  if (difference.empty()) return difference;
  return "after move " + std::to_string(static_cast<int>(move)) + " with key " + Printable(key) + ": " + difference;
}

std::string CheckedCursor::WalkAll() {
  std::string difference = Move(CursorMove::kFirst, "");
  while (difference.empty() && position_ != entries_.end()) difference = Move(CursorMove::kNext, "");
  if (difference.empty()) difference = Move(CursorMove::kLast, "");
  while (difference.empty() && position_ != entries_.end()) difference = Move(CursorMove::kPrev, "");
  if (difference.empty()) difference = Move(CursorMove::kFirst, "");
  while (difference.empty() && position_ != entries_.end()) difference = TakeBatch(256);
  if (difference.empty()) difference = TakeBatch(256);
  return difference;
}

// "" or how what comes differs from what should.
std::string CheckedCursor::TakeBatch(size_t count_max) {
  const std::span<const Cursor::KeyAndValue> batch = cursor_.NextBatch(count_max);
  is_behind_batch_ = true;
  if (batch.size() > count_max) return "a batch of " + std::to_string(batch.size()) + " entries";
  if (batch.empty() && position_ != entries_.end()) return "an empty batch before " + Printable(position_->first);
  for (const auto [key, value] : batch) {
    if (position_ == entries_.end()) return "a batch with " + Printable(key.string_view()) + " behind the last";
    const auto& [expected_key, expected_value] = *position_++;
    if (key == Bytes(expected_key) && value == Bytes(expected_value)) continue;
    return "a batch with " + Printable(key.string_view()) + "=" + Printable(value.string_view()) + "; should be " +
           Printable(expected_key) + "=" + Printable(expected_value);
  }
  return "";
}

std::string CheckedCursor::Compare() const {
  std::ostringstream text;
  if (!cursor_.status().ok()) {
    text << "status " << cursor_.status();
  } else if (cursor_.valid() != IsExpectedValid()) {
    text << (cursor_.valid() ? "stands on " + Printable(cursor_.key().string_view()) : "is not valid") << "; should "
         << (cursor_.valid() ? "not be valid" : "stand on " + Printable(position_->first));
  } else if (cursor_.valid() && cursor_.key() != Bytes(position_->first)) {
    text << "key " << Printable(cursor_.key().string_view()) << "; should be " << Printable(position_->first);
  } else if (cursor_.valid() && cursor_.value() != Bytes(position_->second)) {
    text << "key " << Printable(position_->first) << " has value " << Printable(cursor_.value().string_view())
         << "; should be " << Printable(position_->second);
  }
  return std::move(text).str();
}

void CheckedCursor::MoveReference(CursorMove move, const std::string& key) {
  switch (move) {
    case CursorMove::kFirst: position_ = entries_.begin(); break;
    case CursorMove::kLast: position_ = entries_.empty() ? entries_.end() : std::prev(entries_.end()); break;
    case CursorMove::kSeek: position_ = entries_.lower_bound(key); break;
    case CursorMove::kSeekAtOrBefore:
      position_ = entries_.upper_bound(key);
      position_ = position_ == entries_.begin() ? entries_.end() : std::prev(position_);
      break;
    case CursorMove::kSeekExact: position_ = entries_.find(key); break;
    case CursorMove::kNext: ++position_; break;
    case CursorMove::kPrev: position_ = position_ == entries_.begin() ? entries_.end() : std::prev(position_); break;
    case CursorMove::kNextBatch: break;
  }
}

void CheckedCursor::MoveCursor(CursorMove move, const std::string& key) {
  switch (move) {
    case CursorMove::kFirst: cursor_.First(); break;
    case CursorMove::kLast: cursor_.Last(); break;
    case CursorMove::kSeek: cursor_.Seek(key); break;
    case CursorMove::kSeekAtOrBefore: cursor_.SeekAtOrBefore(key); break;
    case CursorMove::kSeekExact: cursor_.SeekExact(key); break;
    case CursorMove::kNext: cursor_.Next(); break;
    case CursorMove::kPrev: cursor_.Prev(); break;
    case CursorMove::kNextBatch: break;
  }
}

std::string Printable(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr size_t kShown = 24;
  std::string text = "\"";
  for (const char byte : bytes.substr(0, kShown)) {
    const auto code = static_cast<unsigned char>(byte);
    if (code >= ' ' && code <= '~') {
      text += byte;
    } else {
      text += {'\\', 'x', kDigits[code >> 4], kDigits[code & 15]};
    }
  }
  text += '"';
  return bytes.size() <= kShown ? text : text + "... of " + std::to_string(bytes.size()) + " bytes";
}

}  // namespace logwood::testing
