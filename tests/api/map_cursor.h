#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "logwood/raw_cursor.h"

namespace logwood::testing {

// Raw entries: none stands for a tombstone.
using RawEntries = std::map<std::string, std::optional<std::string>>;

// A cursor over a container of one's own. Holds its own copy of the entries.
class MapCursor final : public RawCursor {
 public:
  explicit MapCursor(RawEntries entries) : entries_(std::move(entries)), position_(entries_.end()) {}

  void First() override { position_ = entries_.begin(); }
  void Last() override { position_ = entries_.empty() ? entries_.end() : std::prev(entries_.end()); }
  void Seek(Bytes key) override { position_ = entries_.lower_bound(key.ToString()); }
  void SeekAtOrBefore(Bytes key) override {
    position_ = entries_.upper_bound(key.ToString());
    position_ = position_ == entries_.begin() ? entries_.end() : std::prev(position_);
  }
  void Next() override { ++position_; }
  void Prev() override { position_ = position_ == entries_.begin() ? entries_.end() : std::prev(position_); }

  [[nodiscard]] bool valid() const override { return position_ != entries_.end(); }
  [[nodiscard]] Bytes key() const override { return position_->first; }
  [[nodiscard]] Bytes value() const override { return position_->second ? Bytes(*position_->second) : Bytes(); }
  [[nodiscard]] bool is_tombstone() const override { return !position_->second; }

 private:
  const RawEntries entries_;
  RawEntries::const_iterator position_;
};

inline std::unique_ptr<RawCursor> NewMapCursor(RawEntries entries) {
  return std::make_unique<MapCursor>(std::move(entries));
}

// All that a cursor gives from its first entry to its last.
inline RawEntries ReadForward(RawCursor& cursor) {
  RawEntries entries;
  for (cursor.First(); cursor.valid(); cursor.Next()) {
    std::optional<std::string> value;
    if (!cursor.is_tombstone()) value = cursor.value().ToString();
    entries.emplace_hint(entries.end(), cursor.key().ToString(), std::move(value));
  }
  return entries;
}

}  // namespace logwood::testing
