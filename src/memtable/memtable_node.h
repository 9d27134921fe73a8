#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/head_search.h"
#include "logwood/bytes.h"
#include "memtable/memtable_record.h"

namespace logwood {

// What the nodes of a memtable's tree have in common: up to 64 slots, filled one after the other in the order of
// arrival, never changed in their keys once readers may see them, and never emptied.
//
// A slot's head is the 8 bytes of its key behind the node's prefix. The prefix is chosen when the node is made and
// stays as it is; keys below all that begin with it have the smallest head, keys above them the largest. So heads order
// as keys do, but for ties, whatever the prefix: a bad one costs time only.
struct MemtableNode {
  static constexpr size_t kSlotsMax = HeadSearch::kHeadsMax;
  static constexpr size_t kOwnPrefixSize = 40;  // Makes the heads begin with a cache line.
  // That many keys outside its prefix, then a node is worth making anew.
  static constexpr uint8_t kMisfitsMax = 8;

  // The length of the prefix for a node with keys from `first` to `last`, none shorter than `key_size_min`: what the
  // two share, but so short that a head of the shortest key is made of 8 bytes of it.
  [[nodiscard]] static uint32_t PrefixSize(Bytes first, Bytes last, size_t key_size_min) noexcept;

  // Sets what does not change. Requires: prefix_size <= key.size(); `key` is in the arena, or lives as long.
  void Init(uint8_t node_height, Bytes key, uint32_t prefix_length, Arena& arena);

  // The slots that readers may look at. Acquire: partner of the release in Publish().
  [[nodiscard]] size_t count() const noexcept { return published.load(std::memory_order_acquire); }
  // The writer's: its own store.
  [[nodiscard]] size_t own_count() const noexcept { return published.load(std::memory_order_relaxed); }
  [[nodiscard]] bool is_full() const noexcept { return own_count() == kSlotsMax; }

  [[nodiscard]] KeyHead HeadOf(Bytes key) const noexcept {
    if (key.size() >= prefix_size + kKeyHeadSize && HasPrefix(key)) [[likely]] {
      return LoadKeyHead(key.data() + prefix_size);
    }
    return HeadOfUncommon(key);
  }

  // The writer: fills in the head of the slot that is published next, and takes note of the key.
  void PutHead(size_t slot, KeyHead head, Bytes key) noexcept;
  // The writer, once the slot is whole.
  void Publish(size_t count_now) noexcept {
    published.store(static_cast<uint32_t>(count_now), std::memory_order_release);  // Partner of count().
  }

  // Fetches what a search reads first.
  void Prefetch() const noexcept {
    for (size_t line = 0; line < 64 + sizeof(heads); line += 64) {
      __builtin_prefetch(reinterpret_cast<const std::byte*>(this) + line);
    }
  }

  std::atomic<uint32_t> published = 0;
  uint32_t prefix_size = 0;
  const std::byte* prefix = nullptr;  // Readable to the next multiple of 8 bytes.
  uint32_t key_size_min = 0;          // The writer's: no key in it is shorter.
  uint8_t height = 0;                 // 0 in leaves.
  uint8_t misfits = 0;                // The writer's: keys that do not begin with the prefix, as far as counted.
  bool has_shed = false;              // The writer's: had a neighbour made for a key beyond all of its own.
  std::array<std::byte, kOwnPrefixSize> own_prefix;
  std::array<KeyHead, kSlotsMax> heads;

 private:
  // Requires: a key 8 bytes longer than the prefix at least.
  [[nodiscard]] bool HasPrefix(Bytes key) const noexcept {
    for (uint32_t at = 0; at < prefix_size; at += kKeyHeadSize) {
      const auto difference = static_cast<uint64_t>(LoadKeyHead(key.data() + at) ^ LoadKeyHead(prefix + at));
      const uint32_t left = prefix_size - at;
      if ((left >= kKeyHeadSize ? difference : difference >> (64 - 8 * left)) != 0) return false;
    }
    return true;
  }
  [[nodiscard]] KeyHead HeadOfUncommon(Bytes key) const noexcept;
};

// A slot leads to the newest version of its key, and through it to the older ones.
struct MemtableLeaf : MemtableNode {
  // `key`: what the prefix is taken of.
  [[nodiscard]] static MemtableLeaf* Make(Arena& arena, Bytes key, uint32_t prefix_length);

  // Acquire: partner of the release in Replace(). Requires: the slot is published.
  [[nodiscard]] const MemtableRecord* RecordAt(size_t slot) const noexcept {
    return records[slot].load(std::memory_order_acquire);
  }
  [[nodiscard]] Bytes KeyAt(size_t slot) const noexcept { return RecordAt(slot)->key(); }
  // The slot of `key` among the first `slot_count`; kSlotsMax without one.
  [[nodiscard]] size_t Find(const HeadSearch& search, Bytes key, size_t slot_count) const noexcept;

  // The writer. Requires: room; the key is not in it.
  void Append(const MemtableRecord* record) noexcept { Append(HeadOf(record->key()), record); }
  void Append(KeyHead head, const MemtableRecord* record) noexcept;
  // The writer: `record` is the newer version of the slot's key.
  void Replace(size_t slot, const MemtableRecord* record) noexcept {
    records[slot].store(record, std::memory_order_release);  // Partner of RecordAt().
  }

  // Fetches where the records are, too.
  void PrefetchRecords() const noexcept {
    for (size_t line = 0; line < sizeof(records); line += 64) {
      __builtin_prefetch(reinterpret_cast<const std::byte*>(&records) + line);
    }
  }

  std::array<std::atomic<const MemtableRecord*>, kSlotsMax> records;
  std::atomic<MemtableLeaf*> previous = nullptr;
  std::atomic<MemtableLeaf*> next = nullptr;
};

// A slot leads to the node of the keys from its own up to the next larger one.
struct MemtableInner : MemtableNode {
  // What a slot holds.
  struct Child {
    const MemtableRecord* low;  // Has the smallest key that goes there; null: there is none smaller.
    MemtableNode* node;
    [[nodiscard]] Bytes key() const noexcept { return low == nullptr ? Bytes() : low->key(); }
  };

  [[nodiscard]] static MemtableInner* Make(Arena& arena, uint8_t node_height, Bytes key, uint32_t prefix_length);

  [[nodiscard]] Bytes KeyAt(size_t slot) const noexcept { return lows[slot] == nullptr ? Bytes() : lows[slot]->key(); }
  // Acquire: partner of the release in Replace(). Requires: the slot is published.
  [[nodiscard]] MemtableNode* ChildAt(size_t slot) const noexcept {
    return children[slot].load(std::memory_order_acquire);
  }
  // The one of the first `slot_count` slots where `key` is, if it is anywhere. Requires: the node is on the way to it.
  [[nodiscard]] size_t Find(const HeadSearch& search, Bytes key, size_t slot_count) const noexcept;

  // The writer. Requires: room; the key is not in it.
  void Append(const Child& child) noexcept;
  // The writer: `node` has what the slot's node has.
  void Replace(size_t slot, MemtableNode* node) noexcept {
    children[slot].store(node, std::memory_order_release);  // Partner of ChildAt().
  }

  std::array<const MemtableRecord*, kSlotsMax> lows;
  std::array<std::atomic<MemtableNode*>, kSlotsMax> children;

 private:
  // Of the places, that with the largest key not above `key`; kSlotsMax without one.
  [[nodiscard]] size_t LargestNotAbove(uint64_t places, Bytes key) const noexcept;
};

// The first slots of a node in the order of their keys.
class SlotOrder {
 public:
  // Orders the first `slot_count` slots. Requires: they are published.
  template <class Node>
  void Sort(const HeadSearch& search, const Node& node, size_t slot_count);

  [[nodiscard]] size_t size() const noexcept { return size_; }
  [[nodiscard]] size_t operator[](size_t place) const noexcept { return slots_[place]; }

 private:
  void SortByHeads(const HeadSearch& search, const MemtableNode& node) noexcept;

  size_t size_ = 0;
  std::array<uint8_t, MemtableNode::kSlotsMax> slots_;
};

}  // namespace logwood
