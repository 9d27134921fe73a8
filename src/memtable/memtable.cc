#include "memtable/memtable.h"

#include <algorithm>
#include <bit>
#include <span>
#include <type_traits>

#include "base/assert.h"
#include "base/hash.h"

// A B+tree for one writer and any number of readers:
//   1. A version is whole before the store that publishes it and never changes after it. So is a slot, but for the
//      pointer to its key's newest version, or to its child.
//   2. These stores are releases, and readers load by acquire: who sees a count of slots or a pointer sees what is
//      behind it. Slots are filled in order of arrival and not sorted, so nothing that readers may look at ever moves.
//   3. A full leaf is not changed but replaced by two. It stays as it was, with its links: readers who stand on it, or
//      get there by an old link, find in it all that their views can show, since what came later is newer.
//   4. The right one of the two is put into the parent before the left one takes the old one's slot. A reader may see
//      neither, the first alone (both lead to all keys there were), or both; it must not take the slot by the count
//      before and the node by the pointer after, so it looks at the count again.
//   5. A parent that is full is replaced likewise, with the change in it.
//   6. A key's versions are newest first: a newer one links the older before it is published in its place.
// Replaced nodes stay in the arena: one leaf in about 32 keys added in random order, none in order of keys, since a
// full leaf lets a key beyond all of its own go to a new neighbour.

namespace logwood {
namespace {

constexpr size_t kSlotsMax = MemtableNode::kSlotsMax;
// A prefix that much longer is worth reading all keys of a leaf for.
constexpr uint32_t kPrefixGainMin = 4;

// The arena runs no destructors.
static_assert(std::is_trivially_destructible_v<Memtable>);

}  // namespace

// Stands on a leaf as it was when it came there, so whatever is added meanwhile cannot shift it.
class Memtable::Cursor final : public EntryCursor {
 public:
  Cursor(const Memtable& memtable, Sequence at)
      : memtable_(memtable), at_(at), range_tombstones_(memtable.VisibleRangeTombstones(at)) {
    if (range_tombstones_ != nullptr) range_tombstone_lists_ = range_tombstones_->lists();
  }

  void Seek(Bytes key, SeekTo to) override {
    if (to == SeekTo::kExact && !memtable_.filter_.MayContain(Hash64(key))) {
      valid_ = false;
      return;
    }
    if (!Enter(memtable_.FindLeaf(key))) return;
    const size_t place = PlaceOf(key);
    const bool found = place < order_.size() && leaf_->KeyAt(order_[place]) == key;
    switch (to) {
      case SeekTo::kExact: return found ? ShowOnly(place) : Leave();
      case SeekTo::kAtOrAfter: return ShowFrom(place);
      case SeekTo::kAtOrBefore: return ShowBefore(found ? place + 1 : place);
    }
  }
  void First() override {
    if (Enter(memtable_.FindLeaf(Bytes()))) ShowFrom(0);
  }
  void Last() override {
    // Acquire: partner of the release in LinkInPlaceOf() and Shed().
    if (Enter(memtable_.last_leaf_.load(std::memory_order_acquire))) ShowBefore(order_.size());
  }
  void Next() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    ShowFrom(place_ + 1);
  }
  void Prev() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    ShowBefore(place_);
  }

 private:
  static constexpr size_t kPrefetchedRecords = 6;

  void Leave() { valid_ = false; }

  // Returns whether there is a leaf.
  bool Enter(const MemtableLeaf* leaf) {
    valid_ = false;
    if (leaf == nullptr) return false;
    const size_t slot_count = leaf->count();
    if (leaf == leaf_ && slot_count == order_.size()) return true;
    leaf_ = leaf;
    order_.Sort(memtable_.search_, *leaf, slot_count);
    return true;
  }

  // How many keys of the leaf are smaller.
  [[nodiscard]] size_t PlaceOf(Bytes key) const {
    const KeyHead head = leaf_->HeadOf(key);
    const KeyHead* const heads = leaf_->heads.data();
    auto place = static_cast<size_t>(std::popcount(memtable_.search_.less(heads, order_.size(), head)));
    while (place < order_.size() && heads[order_[place]] == head && leaf_->KeyAt(order_[place]) < key) ++place;
    return place;
  }

  // The first from `place` on that has a version.
  void ShowFrom(size_t place) {
    while (true) {
      for (; place < order_.size(); ++place) {
        Prefetch(place + kPrefetchedRecords);
        if (Show(place)) return;
      }
      if (!Enter(leaf_->next.load(std::memory_order_acquire)))
        return;  // Partner of the releases where leaves are linked.
      place = 0;
    }
  }
  // The last before `end` that has one.
  void ShowBefore(size_t end) {
    while (true) {
      while (end > 0) {
        --end;
        Prefetch(end - kPrefetchedRecords);
        if (Show(end)) return;
      }
      if (!Enter(leaf_->previous.load(std::memory_order_acquire))) return;  // Likewise.
      end = order_.size();
    }
  }
  void ShowOnly(size_t place) {
    if (!Show(place)) Leave();
  }

  bool Show(size_t place) {
    const MemtableRecord* const record = MemtableRecord::At(leaf_->RecordAt(order_[place]), at_);
    if (record == nullptr || (range_tombstones_ != nullptr && IsCovered(*record))) return false;
    place_ = place;
    valid_ = true;
    entry_ = {.type = record->type(), .key = record->key(), .value = record->value(), .address = record->address()};
    return true;
  }

  // Whether a range tombstone newer than the record covers its key. Looked up once for all keys of a gap.
  [[nodiscard]] bool IsCovered(const MemtableRecord& record) {
    const Bytes key = record.key();
    if (!gap_ || !gap_->Contains(key)) {
      gap_ = GapAround(range_tombstone_lists_, key);
      covering_ = range_tombstones_->Covering(key, Sequence());
    }
    return covering_ > record.sequence();
  }

  // Records stand in the order of their arrival, so each is a cache miss: some are under way at a time.
  void Prefetch(size_t place) const {
    if (place >= order_.size()) return;
    // Relaxed: only the address counts.
    const auto* record =
        reinterpret_cast<const std::byte*>(leaf_->records[order_[place]].load(std::memory_order_relaxed));
    __builtin_prefetch(record);
    __builtin_prefetch(record + 64);
  }

  const Memtable& memtable_;
  const Sequence at_;
  const MemtableRangeTombstones* const range_tombstones_;  // Null without any.
  std::vector<RangeTombstones> range_tombstone_lists_;
  std::optional<KeySpan> gap_;  // Where the newest one that covers a key is that of `covering_`.
  Sequence covering_;
  const MemtableLeaf* leaf_ = nullptr;
  SlotOrder order_;  // Of the leaf's slots when it was entered.
  size_t place_ = 0;
};

Memtable::Memtable(Arena& arena) : arena_(arena), search_(HeadSearch::Best()) {}

void Memtable::Add(Sequence sequence, const Entry& entry) {
  entry_count_.store(entry_count() + 1, std::memory_order_relaxed);
  if (entry.type == EntryType::kTombstone) tombstone_count_.store(tombstone_count() + 1, std::memory_order_relaxed);
  if (entry.type == EntryType::kRangeTombstone) return AddRangeTombstone(sequence, {entry.key, entry.value});
  Path path;
  if (last_ == nullptr || last_->key() < entry.key) {
    const MemtableRecord* const record = MemtableRecord::Make(arena_, sequence, entry, nullptr);
    AddNewKey(last_leaf_.load(std::memory_order_relaxed), path, record);  // The writer's own store.
    last_ = record;
    return;
  }
  MemtableLeaf* const leaf = FindLeaf(entry.key, &path);
  const size_t slot = leaf->Find(search_, entry.key, leaf->own_count());
  if (slot == kSlotsMax) {
    AddNewKey(leaf, path, MemtableRecord::Make(arena_, sequence, entry, nullptr));
    return;
  }
  const MemtableRecord* const older = leaf->RecordAt(slot);
  LOGWOOD_DEBUG_ASSERT(older->sequence() < sequence);
  leaf->Replace(slot, MemtableRecord::Make(arena_, sequence, entry, older));
}

void Memtable::AddRangeTombstone(Sequence sequence, const RangeTombstone& tombstone) {
  const MemtableRangeTombstones* const before = range_tombstones_.load(std::memory_order_relaxed);  // The writer's own.
  // Release: partner of the acquire in VisibleRangeTombstones().
  range_tombstones_.store(MemtableRangeTombstones::Add(before, sequence, tombstone, arena_), std::memory_order_release);
}

std::optional<Memtable::Hit> Memtable::Get(Bytes key, Sequence at) const {
  const MemtableRecord* const record = FindRecord(key, at);
  if (const MemtableRangeTombstones* const tombstones = VisibleRangeTombstones(at)) {
    const Sequence own = record == nullptr ? Sequence() : record->sequence();
    if (const Sequence covering = tombstones->Covering(key, own); covering != Sequence()) {
      return Hit{.type = EntryType::kTombstone, .value = {}, .sequence = covering, .address = {}};
    }
  }
  if (record == nullptr) return std::nullopt;
  return Hit{
      .type = record->type(), .value = record->value(), .sequence = record->sequence(), .address = record->address()};
}

const MemtableRecord* Memtable::FindRecord(Bytes key, Sequence at) const {
  if (!filter_.MayContain(Hash64(key))) return nullptr;
  const MemtableLeaf* const leaf = FindLeaf(key);
  if (leaf == nullptr) return nullptr;
  const size_t slot = leaf->Find(search_, key, leaf->count());
  return slot == kSlotsMax ? nullptr : MemtableRecord::At(leaf->RecordAt(slot), at);
}

std::optional<Memtable::Change> Memtable::FindChange(const KeySpan& span, Sequence since) const {
  if (const MemtableRangeTombstones* const tombstones = VisibleRangeTombstones(Sequence::Max())) {
    if (const auto tombstone = tombstones->FindNewer(span, since)) {
      return Change{.key = std::max(tombstone->begin, span.begin), .sequence = tombstone->sequence};
    }
  }
  bool is_behind = false;
  for (const MemtableLeaf* leaf = FindLeaf(span.begin); leaf != nullptr && !is_behind;
       leaf = leaf->next.load(std::memory_order_acquire)) {  // Partner of the releases where leaves are linked.
    const size_t slot_count = leaf->count();
    for (size_t slot = 0; slot < slot_count; ++slot) {
      const MemtableRecord* const record = leaf->RecordAt(slot);
      const Bytes key = record->key();
      if (record->sequence() > since && span.Contains(key)) return Change{.key = key, .sequence = record->sequence()};
      is_behind = is_behind || !span.EndsBehind(key);
    }
  }
  return std::nullopt;
}

std::unique_ptr<EntryCursor> Memtable::NewCursor(Sequence at) const { return std::make_unique<Cursor>(*this, at); }

std::vector<RangeTombstones> Memtable::RangeTombstonesAt(Sequence at) const {
  const MemtableRangeTombstones* const tombstones = VisibleRangeTombstones(at);
  return tombstones == nullptr ? std::vector<RangeTombstones>() : tombstones->lists();
}

MemtableLeaf* Memtable::FindLeaf(Bytes key, Path* path) const {
  MemtableNode* node = root_.load(std::memory_order_acquire);  // Partner of the releases of AddFirstKey() and others.
  while (node != nullptr && node->height > 0) {
    auto* const inner = static_cast<MemtableInner*>(node);
    const size_t slot_count = inner->count();
    const size_t slot = inner->Find(search_, key, slot_count);
    MemtableNode* const child = inner->ChildAt(slot);
    if (inner->count() != slot_count) continue;  // The child may have been split in between.
    if (inner->height == 1) {                    // Leaves: the nodes above are few enough to be in a cache.
      child->Prefetch();
      if (path == nullptr) static_cast<const MemtableLeaf*>(child)->PrefetchRecords();
    }
    if (path != nullptr) path->steps[path->size++] = {.node = inner, .slot = slot};
    node = child;
  }
  return static_cast<MemtableLeaf*>(node);
}

// `path` may be left empty for a key beyond all others.
void Memtable::AddNewKey(MemtableLeaf* leaf, Path& path, const MemtableRecord* record) {
  filter_.Add(Hash64(record->key()), arena_);
  if (leaf == nullptr) return AddFirstKey(record);
  if (leaf->is_full() || leaf->misfits >= MemtableNode::kMisfitsMax) {
    if (path.size == 0) leaf = FindLeaf(record->key(), &path);
    leaf = MakeRoom(leaf, path, record);
  }
  leaf->Append(record);
}

void Memtable::AddFirstKey(const MemtableRecord* record) {
  const Bytes key = record->key();
  MemtableLeaf* const leaf = MemtableLeaf::Make(arena_, key, MemtableNode::PrefixSize(key, key, key.size()));
  leaf->Append(record);
  last_leaf_.store(leaf, std::memory_order_release);  // Partner of Cursor::Last().
  root_.store(leaf, std::memory_order_release);       // Partner of FindLeaf().
}

// Returns the leaf that takes the record: with a free slot, and a prefix that most of its keys have.
MemtableLeaf* Memtable::MakeRoom(MemtableLeaf* leaf, Path& path, const MemtableRecord* record) {
  SlotOrder order;
  order.Sort(search_, *leaf, leaf->own_count());
  if (!leaf->is_full()) {
    MemtableLeaf* const copy = CopyPart(*leaf, order, 0, order.size());
    LinkInPlaceOf(*leaf, copy, copy);
    ReplaceChild(path, copy);
    return copy;
  }
  const Bytes key = record->key();
  const bool beyond = key < leaf->KeyAt(order[0]) || leaf->KeyAt(order[kSlotsMax - 1]) < key;
  if (beyond && !leaf->has_shed) return Shed(leaf, order, path, record);
  return Halve(leaf, order, path, key);
}

// Makes an empty neighbour for a key beyond all of a full leaf, on the side where it belongs. Only once: keys that go
// on coming in between would each get a leaf of their own.
MemtableLeaf* Memtable::Shed(MemtableLeaf* leaf, const SlotOrder& order, Path& path, const MemtableRecord* record) {
  leaf->has_shed = true;
  const Bytes key = record->key();
  const MemtableRecord* const first = leaf->RecordAt(order[0]);
  const bool is_left = key < first->key();
  const Bytes far = is_left ? leaf->KeyAt(order[kSlotsMax - 1]) : first->key();
  const size_t key_size_min = std::min<size_t>(leaf->key_size_min, key.size());
  auto* const made = MemtableLeaf::Make(arena_, key, MemtableNode::PrefixSize(key, far, key_size_min));
  LinkInPlaceOf(*leaf, is_left ? made : leaf, is_left ? leaf : made);
  if (is_left) {
    InsertChild(path, {.low = first, .node = leaf}, made);
  } else {
    InsertChild(path, {.low = record, .node = made}, leaf);
  }
  return made;
}

MemtableLeaf* Memtable::Halve(MemtableLeaf* leaf, const SlotOrder& order, Path& path, Bytes key) {
  constexpr size_t kMiddle = kSlotsMax / 2;
  const MemtableRecord* const border = leaf->RecordAt(order[kMiddle]);
  MemtableLeaf* const left = CopyPart(*leaf, order, 0, kMiddle);
  MemtableLeaf* const right = CopyPart(*leaf, order, kMiddle, kSlotsMax);
  LinkInPlaceOf(*leaf, left, right);
  InsertChild(path, {.low = border, .node = right}, left);
  return key < border->key() ? left : right;
}

// A leaf of the slots at places `begin` to `end`. Heads are taken over where they will do, since to make them anew is
// to read a record each.
MemtableLeaf* Memtable::CopyPart(const MemtableLeaf& leaf, const SlotOrder& order, size_t begin, size_t end) {
  const Bytes first = leaf.KeyAt(order[begin]);
  const uint32_t prefix_size = MemtableNode::PrefixSize(first, leaf.KeyAt(order[end - 1]), leaf.key_size_min);
  const bool keep_heads =
      leaf.misfits == 0 && prefix_size >= leaf.prefix_size && prefix_size < leaf.prefix_size + kPrefixGainMin;
  MemtableLeaf* const copy = MemtableLeaf::Make(arena_, first, keep_heads ? leaf.prefix_size : prefix_size);
  copy->key_size_min = std::min(copy->key_size_min, leaf.key_size_min);
  for (size_t place = begin; place < end; ++place) {
    const MemtableRecord* const record = leaf.RecordAt(order[place]);
    const KeyHead head = keep_heads ? leaf.heads[order[place]] : copy->HeadOf(record->key());
    copy->heads[place - begin] = head;
    copy->records[place - begin].store(record, std::memory_order_relaxed);  // Nobody else knows the copy yet.
  }
  copy->Publish(end - begin);
  return copy;
}

// Puts leaves where `old` is among its neighbours: `first` and `last`, which may be the same, or `old` one of them.
void Memtable::LinkInPlaceOf(const MemtableLeaf& old, MemtableLeaf* first, MemtableLeaf* last) {
  // Relaxed: the writer's own stores.
  MemtableLeaf* const previous = old.previous.load(std::memory_order_relaxed);
  MemtableLeaf* const next = old.next.load(std::memory_order_relaxed);
  first->previous.store(previous, std::memory_order_release);
  last->next.store(next, std::memory_order_release);
  if (first != last) {
    last->previous.store(first, std::memory_order_release);
    first->next.store(last, std::memory_order_release);
  }
  // Release: partner of the acquires in Cursor, here and above.
  if (previous != nullptr) previous->next.store(first, std::memory_order_release);
  if (next != nullptr) {
    next->previous.store(last, std::memory_order_release);
  } else {
    last_leaf_.store(last, std::memory_order_release);
  }
}

// To the parent of a node that was split: `left` is to take its slot, `child` to stand behind it. `path` ends with the
// parent.
void Memtable::InsertChild(Path& path, const MemtableInner::Child& child, MemtableNode* left) {
  if (path.size == 0) return GrowRoot(left, child);
  const Path::Step step = path.steps[--path.size];
  MemtableInner* const inner = step.node;
  if (inner->is_full() || inner->misfits >= MemtableNode::kMisfitsMax) return SplitInner(step, path, child, left);
  inner->Append(child);
  inner->Replace(step.slot, left);
}

void Memtable::SplitInner(const Path::Step& step, Path& path, const MemtableInner::Child& child, MemtableNode* left) {
  using Child = MemtableInner::Child;
  MemtableInner* const inner = step.node;
  SlotOrder order;
  order.Sort(search_, *inner, inner->own_count());
  const auto key_size_min = static_cast<uint32_t>(std::min<size_t>(inner->key_size_min, child.key().size()));
  // A node of its own for a key beyond all, once, as with leaves. Not if the left one is new: readers must not find it
  // by way of the old count.
  if (inner->is_full() && !inner->has_shed && order[kSlotsMax - 1] == step.slot && inner->ChildAt(step.slot) == left) {
    inner->has_shed = true;
    const Bytes far = inner->KeyAt(order[1]);  // The first may have no key.
    auto* const made = MemtableInner::Make(arena_, inner->height, child.key(),
                                           MemtableNode::PrefixSize(child.key(), far, key_size_min));
    made->Append(child);
    return InsertChild(path, {.low = child.low, .node = made}, inner);
  }
  std::array<Child, kSlotsMax + 1> children;
  size_t size = 0;
  for (size_t place = 0; place < order.size(); ++place) {
    const size_t slot = order[place];
    children[size++] = {.low = inner->lows[slot], .node = slot == step.slot ? left : inner->ChildAt(slot)};
    if (slot == step.slot) children[size++] = child;
  }
  const auto make = [&](size_t begin, size_t end) {
    const Bytes first = children[children[begin].low == nullptr ? begin + 1 : begin].key();
    const uint32_t prefix_size = MemtableNode::PrefixSize(first, children[end - 1].key(), key_size_min);
    auto* const made = MemtableInner::Make(arena_, inner->height, first, prefix_size);
    made->key_size_min = key_size_min;
    for (size_t i = begin; i < end; ++i) made->Append(children[i]);
    return made;
  };
  if (!inner->is_full()) return ReplaceChild(path, make(0, size));
  MemtableInner* const lower = make(0, size / 2);
  InsertChild(path, {.low = children[size / 2].low, .node = make(size / 2, size)}, lower);
}

void Memtable::GrowRoot(MemtableNode* left, const MemtableInner::Child& child) {
  LOGWOOD_ASSERT(left->height + 1u < kHeightMax);
  const Bytes key = child.key();
  const uint32_t prefix_size = MemtableNode::PrefixSize(key, {left->prefix, left->prefix_size}, key.size());
  auto* const root = MemtableInner::Make(arena_, static_cast<uint8_t>(left->height + 1), key, prefix_size);
  root->Append({.low = nullptr, .node = left});
  root->Append(child);
  root_.store(root, std::memory_order_release);  // Partner of FindLeaf().
}

// `node` has what the node has that `path` leads to.
void Memtable::ReplaceChild(const Path& path, MemtableNode* node) {
  if (path.size == 0) {
    root_.store(node, std::memory_order_release);  // Partner of FindLeaf().
    return;
  }
  const Path::Step& step = path.steps[path.size - 1];
  step.node->Replace(step.slot, node);
}

}  // namespace logwood
