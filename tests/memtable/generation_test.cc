#include "memtable/generation.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/thread_pool.h"

namespace logwood::testing {
namespace {

Entry Put(Bytes key, Bytes value) { return {.type = EntryType::kPut, .key = key, .value = value, .address = {}}; }

TEST(Generation, HasNoMemtableBeforeOneIsMade) {
  const Generation generation;
  EXPECT_EQ(generation.Find(CollectionId(1)), nullptr);
  EXPECT_TRUE(generation.collections().empty());
  EXPECT_EQ(generation.last(), Sequence());
}

TEST(Generation, KeepsOneMemtablePerCollection) {
  Generation generation;
  Memtable& one = generation.FindOrCreate(CollectionId(1));
  Memtable& two = generation.FindOrCreate(CollectionId(2));
  one.Add(Sequence(1), Put("k", "one"));
  two.Add(Sequence(2), Put("k", "two"));
  EXPECT_EQ(&generation.FindOrCreate(CollectionId(1)), &one);
  EXPECT_EQ(generation.Find(CollectionId(1)), &one);
  EXPECT_EQ(generation.Find(CollectionId(2)), &two);
  EXPECT_EQ(generation.Find(CollectionId(3)), nullptr);
  EXPECT_EQ(one.Get("k", Sequence(9))->value, Bytes("one"));
  EXPECT_EQ(two.Get("k", Sequence(9))->value, Bytes("two"));
}

TEST(Generation, RemembersTheLastSequence) {
  Generation generation;
  generation.set_last(Sequence::Of(2, 17));
  EXPECT_EQ(generation.last(), Sequence::Of(2, 17));
}

TEST(Generation, ListsManyCollectionsInOrder) {
  constexpr uint64_t kSeed = 11;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  SeededRandom random(kSeed);
  Generation generation;
  std::vector<CollectionId> expected;
  std::vector<const Memtable*> memtables;
  for (int i = 0; i < 2000; ++i) {
    const CollectionId id(static_cast<uint32_t>(random.Next()));
    memtables.push_back(&generation.FindOrCreate(id));
    expected.push_back(id);
  }
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(generation.Find(expected[i]), memtables[i]);
  std::ranges::sort(expected);
  expected.erase(std::ranges::unique(expected).begin(), expected.end());
  EXPECT_EQ(generation.collections(), expected);
}

TEST(Generation, CountsTheMemoryItTakes) {
  Generation generation;
  const size_t empty = generation.bytes();
  for (uint32_t id = 1; id <= 100; ++id) generation.FindOrCreate(CollectionId(id));
  const size_t with_collections = generation.bytes();
  EXPECT_GE(with_collections, empty + 100 * sizeof(Memtable));
  generation.FindOrCreate(CollectionId(1)).Add(Sequence(1), Put("k", std::string(3 << 20, 'v')));
  EXPECT_GE(generation.bytes(), with_collections + (3 << 20));
}

TEST(Generation, LeavesItsMemoryToThePool) {
  const auto pool = std::make_shared<ArenaPool>(size_t{8} << 20);
  {
    Generation generation(pool);
    Memtable& memtable = generation.FindOrCreate(CollectionId(1));
    for (uint64_t i = 1; i <= 40; ++i) memtable.Add(Sequence(i), Put(std::to_string(i), std::string(200'000, 'v')));
  }
  EXPECT_GE(pool->bytes(), size_t{6} << 20);
}

TEST(Generation, IsSearchedWhileItGrows) {
  constexpr uint32_t kCount = 3000;
  constexpr int kReaderCount = 3;
  Generation generation;
  std::atomic<uint32_t> published = 0;
  const auto search = [&] {
    for (uint32_t at = 0; at < kCount && !::testing::Test::HasFailure();) {
      at = published.load(std::memory_order_acquire);  // Partner of the release below.
      // Never made, however their searches meet slots that are being taken.
      for (uint32_t id = kCount + 1; id <= kCount + 100; ++id) ASSERT_EQ(generation.Find(CollectionId(id)), nullptr);
      for (uint32_t id = at; id > 0; id /= 2) {
        const Memtable* const memtable = generation.Find(CollectionId(id));
        ASSERT_NE(memtable, nullptr) << id << " at " << at;
        ASSERT_EQ(memtable->Get("k", Sequence(at))->value, Bytes(std::to_string(id)));
      }
    }
  };
  ThreadPool pool(1 + kReaderCount);
  for (int i = 0; i < kReaderCount; ++i) pool.Run(search);
  pool.Run([&] {
    for (uint32_t id = 1; id <= kCount; ++id) {
      generation.FindOrCreate(CollectionId(id)).Add(Sequence(id), Put("k", std::to_string(id)));
      published.store(id, std::memory_order_release);  // Partner of the acquire above.
    }
  });
}

}  // namespace
}  // namespace logwood::testing
