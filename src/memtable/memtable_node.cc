#include "memtable/memtable_node.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <type_traits>

#include "base/assert.h"

namespace logwood {
namespace {

constexpr size_t kCacheLineSize = 64;

// The arena runs no destructors.
static_assert(std::is_trivially_destructible_v<MemtableLeaf> && std::is_trivially_destructible_v<MemtableInner>);
static_assert(offsetof(MemtableNode, heads) == kCacheLineSize);

// Not initialised but for what the types say: nobody reads a slot before it is filled.
template <class Node>
Node* MakeNode(Arena& arena) {
  static_assert(std::is_trivially_default_constructible_v<std::array<KeyHead, 1>>);
  return ::new (arena.Allocate(sizeof(Node), kCacheLineSize)) Node;
}

}  // namespace

uint32_t MemtableNode::PrefixSize(Bytes first, Bytes last, size_t key_size_min) noexcept {
  const size_t limit = key_size_min < kKeyHeadSize ? 0 : key_size_min - kKeyHeadSize;
  const size_t size = std::min({limit, first.size(), last.size()});
  const auto [end, other] = std::mismatch(first.begin(), first.begin() + size, last.begin());
  return static_cast<uint32_t>(end - first.begin());
}

void MemtableNode::Init(uint8_t node_height, Bytes key, uint32_t prefix_length, Arena& arena) {
  LOGWOOD_DEBUG_ASSERT(prefix_length <= key.size());
  height = node_height;
  key_size_min = static_cast<uint32_t>(key.size());
  prefix_size = prefix_length;
  std::byte* copy = own_prefix.data();
  const size_t padded = (prefix_size + kKeyHeadSize - 1) / kKeyHeadSize * kKeyHeadSize;
  if (padded > kOwnPrefixSize) copy = arena.Allocate(padded);
  std::memset(copy, 0, padded);
  std::copy_n(key.begin(), prefix_size, copy);
  prefix = copy;
}

KeyHead MemtableNode::HeadOfUncommon(Bytes key) const noexcept {
  const Bytes own(prefix, prefix_size);
  if (key.StartsWith(own)) return PaddedKeyHead(key.From(prefix_size));
  return key < own ? kKeyHeadMin : kKeyHeadMax;
}

void MemtableNode::PutHead(size_t slot, KeyHead head, Bytes key) noexcept {
  heads[slot] = head;
  key_size_min = std::min(key_size_min, static_cast<uint32_t>(key.size()));
  if (head != kKeyHeadMin && head != kKeyHeadMax) [[likely]]
    return;
  if (!key.StartsWith({prefix, prefix_size})) ++misfits;
}

MemtableLeaf* MemtableLeaf::Make(Arena& arena, Bytes key, uint32_t prefix_length) {
  auto* const leaf = MakeNode<MemtableLeaf>(arena);
  leaf->Init(0, key, prefix_length, arena);
  return leaf;
}

size_t MemtableLeaf::Find(const HeadSearch& search, Bytes key, size_t slot_count) const noexcept {
  for (uint64_t places = search.equal(heads.data(), slot_count, HeadOf(key)); places != 0; places &= places - 1) {
    const auto slot = static_cast<size_t>(std::countr_zero(places));
    if (KeyAt(slot) == key) return slot;
  }
  return kSlotsMax;
}

void MemtableLeaf::Append(KeyHead head, const MemtableRecord* record) noexcept {
  const size_t slot = own_count();
  LOGWOOD_DEBUG_ASSERT(slot < kSlotsMax);
  PutHead(slot, head, record->key());
  records[slot].store(record, std::memory_order_relaxed);  // Published by the next line.
  Publish(slot + 1);
}

MemtableInner* MemtableInner::Make(Arena& arena, uint8_t node_height, Bytes key, uint32_t prefix_length) {
  auto* const inner = MakeNode<MemtableInner>(arena);
  inner->Init(node_height, key, prefix_length, arena);
  return inner;
}

size_t MemtableInner::Find(const HeadSearch& search, Bytes key, size_t slot_count) const noexcept {
  const KeyHead head = HeadOf(key);
  KeyHeadFloor floor = search.floor(heads.data(), slot_count, head);
  const bool is_alone = (floor.places & (floor.places - 1)) == 0;
  if (floor.head < head && is_alone) [[likely]] {
    return static_cast<size_t>(std::countr_zero(floor.places));
  }
  size_t slot = LargestNotAbove(floor.places, key);
  if (slot == kSlotsMax) {
    // All that tie with it are above it, so there is one with a smaller head.
    LOGWOOD_DEBUG_ASSERT(head > kKeyHeadMin);
    floor = search.floor(heads.data(), slot_count, head - 1);
    slot = LargestNotAbove(floor.places, key);
  }
  LOGWOOD_ASSERT(slot != kSlotsMax);
  return slot;
}

size_t MemtableInner::LargestNotAbove(uint64_t places, Bytes key) const noexcept {
  size_t best = kSlotsMax;
  for (; places != 0; places &= places - 1) {
    const auto slot = static_cast<size_t>(std::countr_zero(places));
    if (key < KeyAt(slot)) continue;
    if (best == kSlotsMax || KeyAt(best) < KeyAt(slot)) best = slot;
  }
  return best;
}

void MemtableInner::Append(const Child& child) noexcept {
  const size_t slot = own_count();
  LOGWOOD_DEBUG_ASSERT(slot < kSlotsMax);
  const Bytes key = child.key();
  heads[slot] = HeadOf(key);
  // The smallest key of all stands for no bound: it says nothing of how long keys are.
  if (child.low != nullptr) PutHead(slot, heads[slot], key);
  lows[slot] = child.low;
  children[slot].store(child.node, std::memory_order_relaxed);  // Published by the next line.
  Publish(slot + 1);
}

template <class Node>
void SlotOrder::Sort(const HeadSearch& search, const Node& node, size_t slot_count) {
  size_ = slot_count;
  SortByHeads(search, node);
  // Only neighbours with equal heads can be out of order.
  for (size_t place = 1; place < size_; ++place) {
    const uint8_t slot = slots_[place];
    size_t to = place;
    while (to > 0 && node.heads[slots_[to - 1]] == node.heads[slot] && node.KeyAt(slot) < node.KeyAt(slots_[to - 1])) {
      slots_[to] = slots_[to - 1];
      --to;
    }
    slots_[to] = slot;
  }
}

template void SlotOrder::Sort(const HeadSearch& search, const MemtableLeaf& node, size_t slot_count);
template void SlotOrder::Sort(const HeadSearch& search, const MemtableInner& node, size_t slot_count);

// A node that was split off begins with slots in order, and all of them are if keys came in order. Each of the others
// goes to the place of its rank, or the next that is free if heads tie; the slots in order take what remains.
void SlotOrder::SortByHeads(const HeadSearch& search, const MemtableNode& node) noexcept {
  size_t ascending = std::min<size_t>(size_, 1);
  while (ascending < size_ && node.heads[ascending - 1] < node.heads[ascending]) ++ascending;
  std::array<uint8_t, MemtableNode::kSlotsMax> ranks;
  search.rank(node.heads.data(), size_, std::span(ranks).first(size_ - ascending));
  uint64_t taken = 0;
  for (size_t slot = ascending; slot < size_; ++slot) {
    size_t place = ranks[slot - ascending];
    while ((taken >> place & 1) != 0) ++place;
    taken |= uint64_t{1} << place;
    slots_[place] = static_cast<uint8_t>(slot);
  }
  uint64_t free = ~taken;
  for (size_t slot = 0; slot < ascending; ++slot, free &= free - 1) {
    slots_[static_cast<size_t>(std::countr_zero(free))] = static_cast<uint8_t>(slot);
  }
}

}  // namespace logwood
