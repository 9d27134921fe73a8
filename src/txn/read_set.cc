#include "txn/read_set.h"

#include <algorithm>
#include <map>
#include <utility>

namespace logwood {
namespace {

void Include(ReadSet::Range& range, const KeySpan& span) {
  if (span.begin < Bytes(range.begin)) range.begin = span.begin.ToString();
  if (range.end.empty()) return;
  if (span.end.empty() || Bytes(range.end) < span.end) range.end = span.end.ToString();
}

}  // namespace

void ReadSet::AddKey(CollectionId collection, Bytes key) {
  NoteCollection(collection);
  keys_.push_back({.collection = collection, .size = static_cast<uint32_t>(key.size()), .begin = key_bytes_.size()});
  key_bytes_.append(key.string_view());
  JoinIfLarge();
}

ReadSet::Place ReadSet::AddRange(CollectionId collection, const KeySpan& span) {
  NoteCollection(collection);
  ranges_.push_back({.collection = collection, .begin = span.begin.ToString(), .end = span.end.ToString()});
  range_bytes_ += span.begin.size() + span.end.size();
  const Place place{.joined = joined_, .index = ranges_.size() - 1};
  JoinIfLarge();
  return place;
}

void ReadSet::Extend(Place& place, CollectionId collection, const KeySpan& span) {
  if (place.joined == joined_) {
    Include(ranges_[place.index], span);
  } else {
    place = AddRange(collection, span);
  }
}

size_t ReadSet::bytes() const noexcept {
  return keys_.capacity() * sizeof(Key) + key_bytes_.capacity() + ranges_.capacity() * sizeof(Range) + range_bytes_;
}

void ReadSet::VisitKeys(const std::function<bool(CollectionId, Bytes)>& visit) const {
  for (const Key& key : keys_) {
    if (!visit(key.collection, BytesOf(key))) return;
  }
}

// Who reads goes on in the same collection, mostly.
void ReadSet::NoteCollection(CollectionId collection) {
  if (!collections_.empty() && collections_.back() == collection) return;
  if (std::ranges::find(collections_, collection) == collections_.end()) collections_.push_back(collection);
}

void ReadSet::JoinIfLarge() {
  if (keys_.size() * sizeof(Key) + key_bytes_.size() + ranges_.size() * sizeof(Range) + range_bytes_ <= kBytesMax) {
    return;
  }
  std::map<CollectionId, Range> joined;
  const auto add = [&joined](CollectionId collection, const KeySpan& span) {
    const auto [there, is_new] = joined.try_emplace(collection);
    if (is_new) {
      there->second = {.collection = collection, .begin = span.begin.ToString(), .end = span.end.ToString()};
    } else {
      Include(there->second, span);
    }
  };
  for (const Key& key : keys_) {
    const std::string end = SuccessorOf(BytesOf(key));
    add(key.collection, {.begin = BytesOf(key), .end = end});
  }
  for (const Range& range : ranges_) add(range.collection, range.span());
  ++joined_;
  std::vector<Key>().swap(keys_);  // Gives the memory back, as an assignment need not.
  std::string().swap(key_bytes_);
  ranges_.clear();
  range_bytes_ = 0;
  for (auto& [collection, range] : joined) {
    range_bytes_ += range.begin.size() + range.end.size();
    ranges_.push_back(std::move(range));
  }
}

std::string SuccessorOf(Bytes key) { return key.ToString() + '\0'; }

}  // namespace logwood
