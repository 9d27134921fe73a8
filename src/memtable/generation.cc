#include "memtable/generation.h"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "base/assert.h"

namespace logwood {

struct Generation::Member {
  Member(CollectionId collection_id, Arena& arena) : collection(collection_id), memtable(arena) {}

  CollectionId collection;
  Memtable memtable;
};

// A hash table of members by collection, open addressing with linear probing, never more than half full. Its `capacity`
// slots (a power of two) stand right behind it in the arena. Only ever filled: a larger one takes its place, so all
// that were ever made take twice the space of the last.
struct Generation::Directory {
  static constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;  // Fibonacci hashing (Knuth, TAOCP 3, 6.4).

  size_t capacity = 0;
  size_t count = 0;  // The writer's.

  [[nodiscard]] std::span<std::atomic<Member*>> slots() noexcept {
    return {reinterpret_cast<std::atomic<Member*>*>(this + 1), capacity};
  }

  // Null without one. Each slot is read once: an empty one may be taken by another collection at any time.
  [[nodiscard]] Member* Find(CollectionId collection) noexcept {
    for (size_t index = HomeOf(collection);; index = (index + 1) & (capacity - 1)) {
      // Acquire: partner of the release in Insert().
      Member* const member = slots()[index].load(std::memory_order_acquire);
      if (member == nullptr || member->collection == collection) return member;
    }
  }
  // Requires: no member for the same collection, and room. The writer.
  void Insert(Member* member) noexcept {
    size_t index = HomeOf(member->collection);
    // Relaxed: the writer's own stores.
    while (slots()[index].load(std::memory_order_relaxed) != nullptr) index = (index + 1) & (capacity - 1);
    // Release: partner of the acquire in Find() and in collections().
    slots()[index].store(member, std::memory_order_release);
    ++count;
  }

 private:
  [[nodiscard]] size_t HomeOf(CollectionId collection) const noexcept {
    return static_cast<size_t>((collection.value() * kGolden) >> 32) & (capacity - 1);
  }
};

namespace {
constexpr size_t kCapacityMin = 8;
}  // namespace

Generation::Generation(std::shared_ptr<ArenaPool> pool)
    : arena_(std::move(pool)), directory_(NewDirectory(kCapacityMin)) {}

Generation::~Generation() = default;

const Memtable* Generation::Find(CollectionId collection) const {
  // Acquire: partner of the release in Grow().
  const Member* const member = directory_.load(std::memory_order_acquire)->Find(collection);
  return member == nullptr ? nullptr : &member->memtable;
}

Memtable& Generation::FindOrCreate(CollectionId collection) {
  Directory* directory = directory_.load(std::memory_order_relaxed);  // The writer's own store.
  if (Member* const member = directory->Find(collection)) return member->memtable;
  if (2 * (directory->count + 1) > directory->capacity) {
    Grow();
    directory = directory_.load(std::memory_order_relaxed);
  }
  std::byte* const memory = arena_.Allocate(sizeof(Member), alignof(Member));
  Member* const member = std::construct_at(reinterpret_cast<Member*>(memory), collection, arena_);
  directory->Insert(member);
  return member->memtable;
}

std::vector<CollectionId> Generation::collections() const {
  std::vector<CollectionId> collections;
  for (const std::atomic<Member*>& slot : directory_.load(std::memory_order_acquire)->slots()) {
    if (const Member* const member = slot.load(std::memory_order_acquire)) collections.push_back(member->collection);
  }
  std::ranges::sort(collections);
  return collections;
}

uint64_t Generation::tombstone_count() const {
  uint64_t sum = 0;
  for (const CollectionId collection : collections()) {
    if (const Memtable* const memtable = Find(collection)) sum += memtable->tombstone_count();
  }
  return sum;
}

Generation::Directory* Generation::NewDirectory(size_t capacity) {
  LOGWOOD_DEBUG_ASSERT(std::has_single_bit(capacity));
  static_assert(sizeof(Directory) % alignof(std::atomic<Member*>) == 0);
  std::byte* const memory =
      arena_.Allocate(sizeof(Directory) + capacity * sizeof(std::atomic<Member*>), alignof(Directory));
  Directory* const directory = std::construct_at(reinterpret_cast<Directory*>(memory));
  directory->capacity = capacity;
  for (size_t i = 0; i < capacity; ++i) std::construct_at(directory->slots().data() + i, nullptr);
  return directory;
}

// Readers who still look into the old directory miss only what nobody has published to them yet.
void Generation::Grow() {
  Directory* const old = directory_.load(std::memory_order_relaxed);
  Directory* const directory = NewDirectory(2 * old->capacity);
  for (const std::atomic<Member*>& slot : old->slots()) {
    if (Member* const member = slot.load(std::memory_order_relaxed)) directory->Insert(member);  // The writer's own.
  }
  // Release: partner of the acquire in Find() and collections().
  directory_.store(directory, std::memory_order_release);
}

}  // namespace logwood
