#include "bench/micro/skip_list.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "base/assert.h"

// A skip list (Pugh, CACM 33(6), 1990) in an arena, for one writer and any number of readers:
//   1. A node and a version are whole before the store that publishes them, and but for the links do not change after
//   it.
//   2. That store is a release, and readers load links and versions by acquire: who sees the pointer sees what it
//      points to.
//   3. A node is linked from the lowest level up, so who meets it on one level meets it on all below.
//   4. A node's versions are newest first: a newer one links the older before it is published in its place.
// Nothing is ever unlinked; memory goes back with the arena.

namespace logwood::bench {

// The value stands right behind it in the arena.
struct SkipList::Version {
  Sequence sequence;
  const Version* older;
  LogAddress address;
  uint32_t value_size;
  EntryType type;

  [[nodiscard]] Bytes value() const noexcept { return {reinterpret_cast<const std::byte*>(this + 1), value_size}; }
};

// Its `height` links stand right behind it in the arena, and the key behind those.
struct SkipList::Node {
  std::atomic<const Version*> newest = nullptr;
  uint32_t key_size = 0;
  uint32_t height = 0;

  [[nodiscard]] std::atomic<Node*>* links() noexcept { return reinterpret_cast<std::atomic<Node*>*>(this + 1); }
  [[nodiscard]] const std::atomic<Node*>* links() const noexcept {
    return reinterpret_cast<const std::atomic<Node*>*>(this + 1);
  }
  // Acquire: partner of the release in Link().
  [[nodiscard]] Node* Next(size_t level) const noexcept { return links()[level].load(std::memory_order_acquire); }

  [[nodiscard]] Bytes key() const noexcept { return {reinterpret_cast<const std::byte*>(links() + height), key_size}; }

  // The newest version not newer than `at`; null without one.
  [[nodiscard]] const Version* At(Sequence at) const noexcept {
    const Version* version = newest.load(std::memory_order_acquire);  // Partner of the release in Add().
    while (version != nullptr && version->sequence > at) version = version->older;
    return version;
  }
};

// Stands on a node, so whatever is added meanwhile cannot shift it.
class SkipList::Cursor final : public EntryCursor {
 public:
  Cursor(const SkipList& list, Sequence at) : list_(list), at_(at) {}

  void Seek(Bytes key, SeekTo to) override {
    const Place place = list_.Find(key);
    const Node* const node = place.at_or_after;
    const bool found = node != nullptr && node->key() == key;
    switch (to) {
      case SeekTo::kExact: return Show(found ? node : nullptr, found ? node->At(at_) : nullptr);
      case SeekTo::kAtOrAfter: return ShowForward(node);
      case SeekTo::kAtOrBefore: return ShowBackward(found ? node : place.before);
    }
  }
  void First() override { ShowForward(list_.head_->Next(0)); }
  void Last() override { ShowBackward(list_.FindLast()); }
  void Next() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    ShowForward(node_->Next(0));
  }
  void Prev() override {
    LOGWOOD_DEBUG_ASSERT(valid_);
    ShowBackward(list_.Find(node_->key()).before);
  }

 private:
  // From `node` on, which may be null, to the first that has a version.
  void ShowForward(const Node* node) {
    const Version* version = nullptr;
    while (node != nullptr && (version = node->At(at_)) == nullptr) node = node->Next(0);
    Show(node, version);
  }
  void ShowBackward(const Node* node) {
    const Version* version = nullptr;
    while (node != nullptr && (version = node->At(at_)) == nullptr) node = list_.Find(node->key()).before;
    Show(node, version);
  }

  void Show(const Node* node, const Version* version) {
    node_ = node;
    valid_ = version != nullptr;
    if (!valid_) return;
    entry_ = {.type = version->type, .key = node->key(), .value = version->value(), .address = version->address};
  }

  const SkipList& list_;
  const Sequence at_;
  const Node* node_ = nullptr;
};

// The arena runs no destructors.
static_assert(std::is_trivially_destructible_v<SkipList>);

SkipList::SkipList(Arena& arena) : arena_(arena), head_(NewNode(Bytes(), kHeightMax)) { tail_.fill(head_); }

void SkipList::Add(Sequence sequence, const Entry& entry) {
  Splice splice;
  Node* node = FindForAdd(entry.key, splice);
  const bool is_new = node == nullptr;
  if (is_new) node = NewNode(entry.key, DrawHeight());
  const Version* const older = node->newest.load(std::memory_order_relaxed);  // The writer's own store.
  if (older != nullptr) LOGWOOD_DEBUG_ASSERT(older->sequence < sequence);
  // Release: partner of the acquire in Node::At().
  node->newest.store(NewVersion(sequence, entry, older), std::memory_order_release);
  if (is_new) Link(node, splice);
  entry_count_.store(entry_count() + 1, std::memory_order_relaxed);
}

std::optional<SkipList::Hit> SkipList::Get(Bytes key, Sequence at) const {
  const Node* const node = Find(key).at_or_after;
  if (node == nullptr || node->key() != key) return std::nullopt;
  const Version* const version = node->At(at);
  if (version == nullptr) return std::nullopt;
  return Hit{
      .type = version->type, .value = version->value(), .sequence = version->sequence, .address = version->address};
}

std::unique_ptr<EntryCursor> SkipList::NewCursor(Sequence at) const { return std::make_unique<Cursor>(*this, at); }

SkipList::Place SkipList::Find(Bytes key, Splice* splice) const {
  Node* node = head_;
  Node* after = nullptr;  // Known to have no smaller key: not compared again a level lower.
  for (size_t level = kHeightMax; level-- > 0;) {
    Node* next = node->Next(level);
    while (next != nullptr && next != after && next->key() < key) {
      node = next;
      next = node->Next(level);
    }
    after = next;
    if (splice != nullptr) (*splice)[level] = node;
  }
  return {.before = node == head_ ? nullptr : node, .at_or_after = after};
}

const SkipList::Node* SkipList::FindLast() const {
  const Node* node = head_;
  for (size_t level = kHeightMax; level-- > 0;) {
    while (const Node* const next = node->Next(level)) node = next;
  }
  return node == head_ ? nullptr : node;
}

// The key's node, or null and in `splice` where to link one.
SkipList::Node* SkipList::FindForAdd(Bytes key, Splice& splice) const {
  Node* const last = tail_[0];
  if (last == head_ || last->key() < key) {
    splice = tail_;
    return nullptr;
  }
  Node* const node = Find(key, &splice).at_or_after;  // Not null: the last key is not smaller.
  return node->key() == key ? node : nullptr;
}

SkipList::Node* SkipList::NewNode(Bytes key, size_t height) {
  LOGWOOD_ASSERT(key.size() <= std::numeric_limits<uint32_t>::max());
  const size_t links_size = height * sizeof(std::atomic<Node*>);
  static_assert(sizeof(Node) % alignof(std::atomic<Node*>) == 0);
  std::byte* const memory = arena_.Allocate(sizeof(Node) + links_size + key.size(), alignof(Node));
  Node* const node = std::construct_at(reinterpret_cast<Node*>(memory));
  node->key_size = static_cast<uint32_t>(key.size());
  node->height = static_cast<uint32_t>(height);
  for (size_t level = 0; level < height; ++level) std::construct_at(node->links() + level, nullptr);
  if (!key.empty()) std::memcpy(memory + sizeof(Node) + links_size, key.data(), key.size());
  return node;
}

const SkipList::Version* SkipList::NewVersion(Sequence sequence, const Entry& entry, const Version* older) {
  LOGWOOD_ASSERT(entry.value.size() <= std::numeric_limits<uint32_t>::max());
  std::byte* const memory = arena_.Allocate(sizeof(Version) + entry.value.size(), alignof(Version));
  if (!entry.value.empty()) std::memcpy(memory + sizeof(Version), entry.value.data(), entry.value.size());
  return std::construct_at(reinterpret_cast<Version*>(memory),
                           Version{.sequence = sequence,
                                   .older = older,
                                   .address = entry.address,
                                   .value_size = static_cast<uint32_t>(entry.value.size()),
                                   .type = entry.type});
}

void SkipList::Link(Node* node, const Splice& splice) {
  for (size_t level = 0; level < node->height; ++level) {
    // Relaxed: the writer's own stores, and nobody else knows the node's links before the release below.
    Node* const next = splice[level]->links()[level].load(std::memory_order_relaxed);
    node->links()[level].store(next, std::memory_order_relaxed);
    if (next == nullptr) tail_[level] = node;
    // Release: partner of the acquire in Node::Next().
    splice[level]->links()[level].store(node, std::memory_order_release);
  }
}

// Height h with probability 3/4 * (1/4)^(h-1).
size_t SkipList::DrawHeight() noexcept {
  const auto zeros = static_cast<size_t>(std::countr_zero(random_.Next()));
  return 1 + std::min(zeros / 2, kHeightMax - 1);
}

}  // namespace logwood::bench
