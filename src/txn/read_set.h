#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/key_span.h"
#include "logwood/bytes.h"

namespace logwood {

// The keys and ranges that a transaction has read, or claims for another reason: what others may not have written
// since. Bounded: beyond kBytesMax all of a collection becomes one range from its lowest to its highest, which
// may give conflicts that are none, but misses none. Thread-compatible.
class ReadSet {
 public:
  static constexpr size_t kBytesMax = size_t{4} << 20;

  // A range that is being read: where a cursor goes on from.
  struct Place {
    uint64_t joined = 0;  // How often all had become one range.
    size_t index = 0;
  };
  struct Range {
    CollectionId collection;
    std::string begin;
    std::string end;  // In the sense of KeySpan.
    [[nodiscard]] KeySpan span() const noexcept { return {.begin = begin, .end = end}; }
  };

  void AddKey(CollectionId collection, Bytes key);
  Place AddRange(CollectionId collection, const KeySpan& span);
  // Makes the range at `place` reach from or to here, if it does not yet; where that has become part of a larger one
  // meanwhile, begins another, which `span` then is.
  void Extend(Place& place, CollectionId collection, const KeySpan& span);

  [[nodiscard]] bool empty() const noexcept { return keys_.empty() && ranges_.empty(); }
  // Those that it has anything of.
  [[nodiscard]] const std::vector<CollectionId>& collections() const noexcept { return collections_; }
  // Bytes of memory taken.
  [[nodiscard]] size_t bytes() const noexcept;
  // Calls `visit` with each key, in the order of reading, until it returns false.
  void VisitKeys(const std::function<bool(CollectionId, Bytes)>& visit) const;
  [[nodiscard]] const std::vector<Range>& ranges() const noexcept { return ranges_; }

 private:
  // A key in `key_bytes_`.
  struct Key {
    CollectionId collection;
    uint32_t size;
    size_t begin;
  };

  [[nodiscard]] Bytes BytesOf(const Key& key) const noexcept {
    return std::string_view(key_bytes_).substr(key.begin, key.size);
  }
  void NoteCollection(CollectionId collection);
  void JoinIfLarge();

  std::vector<CollectionId> collections_;
  std::vector<Key> keys_;
  std::string key_bytes_;
  std::vector<Range> ranges_;
  size_t range_bytes_ = 0;
  uint64_t joined_ = 0;
};

// The smallest key above `key`.
[[nodiscard]] std::string SuccessorOf(Bytes key);

}  // namespace logwood
