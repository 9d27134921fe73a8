#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cursor/entry_cursor.h"
#include "logwood/bytes.h"
#include "logwood/status.h"

namespace logwood::testing {

// An entry that owns its bytes.
struct OwnedEntry {
  EntryType type = EntryType::kPut;
  std::string key;
  std::string value;
};

// A cursor over a sorted vector of entries, each key once. What entry() points to is overwritten and freed by the next
// move, so that who uses it longer than promised is seen, with a sanitizer or without.
class VectorCursor final : public EntryCursor {
 public:
  explicit VectorCursor(std::vector<OwnedEntry> entries) : entries_(std::move(entries)) {}

  // Makes the move after `count` good ones fail with `error`.
  void FailAfter(size_t count, Status error) {
    moves_until_error_ = count;
    error_ = std::move(error);
  }

  void Seek(Bytes key, SeekTo to) override {
    const auto at = std::ranges::lower_bound(entries_, key, {}, [](const OwnedEntry& e) { return Bytes(e.key); });
    const size_t index = static_cast<size_t>(std::distance(entries_.begin(), at));
    const bool found = at != entries_.end() && Bytes(at->key) == key;
    if (to == SeekTo::kExact && !found) return Stand(entries_.size());
    Stand(to == SeekTo::kAtOrBefore && !found ? index - 1 : index);
  }
  void First() override { Stand(0); }
  void Last() override { Stand(entries_.size() - 1); }
  void Next() override { Stand(index_ + 1); }
  void Prev() override { Stand(index_ - 1); }

 private:
  // One below 0 is past the end too.
  void Stand(size_t index) {
    if (error_ && moves_until_error_-- == 0) status_ = *std::exchange(error_, std::nullopt);
    index_ = index;
    valid_ = status_.ok() && index_ < entries_.size();
    if (current_ != nullptr) {
      std::ranges::fill(current_->key, '~');
      std::ranges::fill(current_->value, '~');
    }
    current_ = valid_ ? std::make_unique<OwnedEntry>(entries_[index_]) : nullptr;
    if (valid_) entry_ = {.type = current_->type, .key = current_->key, .value = current_->value, .address = {}};
  }

  const std::vector<OwnedEntry> entries_;
  size_t index_ = 0;
  std::unique_ptr<OwnedEntry> current_;
  size_t moves_until_error_ = 0;
  std::optional<Status> error_;
};

}  // namespace logwood::testing
