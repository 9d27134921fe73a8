#include "block/block_cache.h"

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/thread_pool.h"
#include "tests/block/block_entries.h"
#include "tests/block/hooked_store.h"

namespace logwood::testing {
namespace {

constexpr size_t kMany = size_t{64} << 20;

// A file of blocks of about 1 KiB; block i has the one key "i".
class BlockCacheTest : public ::testing::Test {
 protected:
  static constexpr size_t kBlockCount = 200;

  BlockCacheTest() : file_(Write(FileNumber(7))) {}

  std::shared_ptr<const BlockFile> Write(FileNumber number) {
    const FileHeader header{.type = FileType::kTree, .number = number, .id = FileId(5), .database = DatabaseId(6)};
    const auto writer = BlockFileWriter::Create(store_, header, 0).value();
    references_.clear();
    for (size_t i = 0; i < kBlockCount; ++i) {
      BlockBuilder builder(BlockKind::kLeaf, 8192);
      builder.Add(std::to_string(i), EntryType::kPut, std::string(900 + i, 'v'));
      references_.push_back(writer->Append(builder).value());
    }
    writer->SyncAndFinish().Check();
    const BlockFile::Expected expected{
        .number = number, .id = header.id, .database = header.database, .length = writer->size()};
    return BlockFile::Open(store_, expected).value();
  }

  // A cache with a slot for each block.
  struct World {
    explicit World(size_t capacity) : cache(Runtime::Default(), capacity), slots(cache, kBlockCount) {}

    BlockCache cache;
    BlockSlots slots;
  };

  BlockPin Read(World& world, size_t index) {
    return world.cache.Read(*file_, references_[index], BlockKind::kLeaf, world.slots[index]).value();
  }

  static std::string KeyOf(const Block& block) {
    std::string scratch;
    return block.key(0, scratch).ToString();
  }

  HookedStore store_;
  std::vector<BlockReference> references_;  // The same in every file.
  std::shared_ptr<const BlockFile> file_;
};

TEST_F(BlockCacheTest, ReadsABlockOnce) {
  World world(kMany);
  int reads = 0;
  store_.on_read = [&](size_t) { ++reads; };
  const BlockPin first = Read(world, 3);
  EXPECT_EQ(&*Read(world, 3), &*first);
  EXPECT_EQ(KeyOf(*first), "3");
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(world.cache.statistics().hits, 1u);
  EXPECT_EQ(world.cache.statistics().misses, 1u);
  EXPECT_EQ(world.cache.statistics().bytes, first->bytes());
}

TEST_F(BlockCacheTest, KeepsEachBlockInItsSlot) {
  World world(kMany);
  for (size_t i = 0; i < kBlockCount; ++i) EXPECT_EQ(KeyOf(*Read(world, i)), std::to_string(i));
  for (size_t i = 0; i < kBlockCount; ++i) EXPECT_EQ(KeyOf(*Read(world, i)), std::to_string(i));
  EXPECT_EQ(world.cache.statistics().hits, kBlockCount);
}

TEST_F(BlockCacheTest, StaysWithinItsBudget) {
  for (const size_t capacity : {size_t{1}, size_t{1000}, size_t{5000}, size_t{20'000}}) {
    World world(capacity);
    for (size_t i = 0; i < kBlockCount; ++i) {
      const size_t bytes = Read(world, i)->bytes();
      // One shard as small as this: its part, or the one block that is larger.
      EXPECT_LE(world.cache.statistics().bytes, std::max(capacity, bytes));
      EXPECT_GT(world.cache.statistics().bytes, 0u);
    }
    if (capacity >= 5000) {
      EXPECT_GT(world.cache.statistics().bytes, capacity / 2);
    }
  }
}

TEST_F(BlockCacheTest, StaysWithinItsBudgetOverManyShards) {
  constexpr size_t kCapacity = size_t{1} << 20;  // Two shards.
  BlockCache cache(Runtime::Default(), kCapacity);
  std::vector<std::unique_ptr<BlockSlots>> slots;
  for (size_t i = 0; i < 10; ++i) {
    file_ = Write(FileNumber(100 + i));
    slots.push_back(std::make_unique<BlockSlots>(cache, kBlockCount));
    for (size_t j = 0; j < kBlockCount; ++j) {
      ASSERT_TRUE(cache.Read(*file_, references_[j], BlockKind::kLeaf, (*slots.back())[j]).ok());
    }
    EXPECT_LE(cache.statistics().bytes, kCapacity);
  }
  EXPECT_GT(cache.statistics().bytes, kCapacity * 9 / 10);
}

TEST_F(BlockCacheTest, KeepsNothingWithoutCapacity) {
  World world(0);
  const BlockPin first = Read(world, 3);
  EXPECT_NE(&*first, &*Read(world, 3));
  EXPECT_EQ(KeyOf(*first), "3");
  EXPECT_EQ(world.cache.statistics().bytes, 0u);
  EXPECT_EQ(world.cache.statistics().hits, 0u);
  EXPECT_EQ(world.cache.statistics().misses, 2u);
}

TEST_F(BlockCacheTest, EvictsWhatWasNotUsedBeforeWhatWas) {
  World world(8000);
  const Block* const hot = &*Read(world, 0);
  int reads = 0;
  for (size_t i = 1; i < kBlockCount; ++i) {
    Read(world, i);
    store_.on_read = [&](size_t) { ++reads; };
    EXPECT_EQ(&*Read(world, 0), hot) << "after " << i << " others";
    store_.on_read = nullptr;
  }
  EXPECT_EQ(reads, 0);
}

TEST_F(BlockCacheTest, KeepsWhatIsPinned) {
  World world(3000);
  const BlockPin pinned = Read(world, 0);
  for (size_t round = 0; round < 3; ++round) {
    for (size_t i = 1; i < kBlockCount; ++i) Read(world, i);
  }
  EXPECT_EQ(&*Read(world, 0), &*pinned);
  EXPECT_EQ(KeyOf(*pinned), "0");
  EXPECT_LE(world.cache.statistics().bytes, 3000u);
}

TEST_F(BlockCacheTest, PinsBeyondTheBudgetAreServedAndGivenBack) {
  World world(3000);
  std::vector<BlockPin> pins;
  for (size_t i = 0; i < 50; ++i) pins.push_back(Read(world, i));
  for (size_t i = 0; i < 50; ++i) EXPECT_EQ(KeyOf(*pins[i]), std::to_string(i));
  EXPECT_GT(world.cache.statistics().bytes, 45'000u);
  pins.clear();
  Read(world, 60);
  EXPECT_LE(world.cache.statistics().bytes, 3000u);
}

TEST_F(BlockCacheTest, SlotsThatGoTakeTheirBlocksAlong) {
  World world(kMany);
  auto others = std::make_unique<BlockSlots>(world.cache, kBlockCount);
  for (size_t i = 0; i < kBlockCount; ++i) {
    ASSERT_TRUE(world.cache.Read(*file_, references_[i], BlockKind::kLeaf, (*others)[i]).ok());
  }
  const BlockPin kept = Read(world, 5);
  const size_t before = kept->bytes();
  const BlockPin pinned = world.cache.Read(*file_, references_[6], BlockKind::kLeaf, (*others)[6]).value();
  others.reset();
  EXPECT_EQ(KeyOf(*pinned), "6");
  EXPECT_EQ(world.cache.statistics().bytes, before + pinned->bytes());
  EXPECT_EQ(&*Read(world, 5), &*kept);
}

TEST_F(BlockCacheTest, APinOutlivesTheCache) {
  std::optional<World> world(kMany);
  BlockPin pin = Read(*world, 7);
  Pin erased = Read(*world, 8).ToPin();
  BlockPin moved = std::move(pin);
  world.reset();
  EXPECT_EQ(KeyOf(*moved), "7");
  erased = Pin();
}

TEST_F(BlockCacheTest, DoesNotKeepErrors) {
  World world(kMany);
  store_.failure = Status::Io("no such device");
  EXPECT_EQ(world.cache.Read(*file_, references_[0], BlockKind::kLeaf, world.slots[0]).status().code(),
            StatusCode::kIo);
  store_.failure = Status::Ok();
  EXPECT_EQ(KeyOf(*Read(world, 0)), "0");
}

TEST_F(BlockCacheTest, HoldsNoLockOverIoAndKeepsOneCopy) {
  World world(100'000);  // One shard: a lock held here would be met again.
  BlockPin inner;
  store_.on_read = [&](size_t) {
    store_.on_read = nullptr;
    inner = Read(world, 3);
  };
  const BlockPin outer = Read(world, 3);
  EXPECT_EQ(&*outer, &*inner);
  EXPECT_EQ(world.cache.statistics().bytes, outer->bytes());
  EXPECT_EQ(world.cache.statistics().misses, 2u);
  EXPECT_EQ(world.cache.statistics().hits, 0u);
}

// Readers, evictions, and slots that come and go, all at once.
TEST_F(BlockCacheTest, ServesManyReadersAtOnce) {
  World world(50'000);
  std::atomic<int> wrong = 0;
  {
    ThreadPool pool(4);
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      pool.Run([&, seed] {
        SeededRandom random(seed);
        for (int round = 0; round < 30; ++round) {
          BlockSlots own(world.cache, kBlockCount);
          BlockPin held;
          for (int i = 0; i < 100; ++i) {
            const size_t index = random.Below(kBlockCount);
            BlockSlot& slot = random.OneIn(3) ? own[index] : world.slots[index];
            BlockPin pin = world.cache.Read(*file_, references_[index], BlockKind::kLeaf, slot).value();
            if (KeyOf(*pin) != std::to_string(index)) ++wrong;
            if (random.OneIn(10)) held = std::move(pin);
          }
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(world.cache.statistics().hits + world.cache.statistics().misses, 12'000u);
}

}  // namespace
}  // namespace logwood::testing
