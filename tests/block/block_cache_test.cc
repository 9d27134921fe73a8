#include "block/block_cache.h"

#include <atomic>
#include <gtest/gtest.h>
#include <set>

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

  std::shared_ptr<const Block> Read(BlockCache& cache, size_t index) {
    return cache.Read(*file_, references_[index], BlockKind::kLeaf).value();
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
  BlockCache cache(Runtime::Default(), kMany);
  int reads = 0;
  store_.on_read = [&](size_t) { ++reads; };
  const auto first = Read(cache, 3);
  EXPECT_EQ(Read(cache, 3), first);
  EXPECT_EQ(KeyOf(*first), "3");
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(cache.statistics().hits, 1u);
  EXPECT_EQ(cache.statistics().misses, 1u);
  EXPECT_EQ(cache.statistics().bytes, first->bytes());
}

TEST_F(BlockCacheTest, TellsBlocksAndFilesApart) {
  const auto other = Write(FileNumber(8));
  BlockCache cache(Runtime::Default(), kMany);
  for (size_t i = 0; i < kBlockCount; ++i) EXPECT_EQ(KeyOf(*Read(cache, i)), std::to_string(i));
  for (size_t i = 0; i < kBlockCount; ++i) EXPECT_EQ(KeyOf(*Read(cache, i)), std::to_string(i));
  EXPECT_EQ(cache.statistics().hits, kBlockCount);
  EXPECT_NE(cache.Read(*other, references_[0], BlockKind::kLeaf).value(), Read(cache, 0));
}

TEST_F(BlockCacheTest, StaysWithinItsBudget) {
  for (const size_t capacity : {size_t{1}, size_t{1000}, size_t{5000}, size_t{20'000}}) {
    BlockCache cache(Runtime::Default(), capacity);
    for (size_t i = 0; i < kBlockCount; ++i) {
      const size_t bytes = Read(cache, i)->bytes();
      // One shard as small as this: its part, or the one block that is larger.
      EXPECT_LE(cache.statistics().bytes, std::max(capacity, bytes));
      EXPECT_GT(cache.statistics().bytes, 0u);
    }
    if (capacity >= 5000) {
      EXPECT_GT(cache.statistics().bytes, capacity / 2);
    }
  }
}

TEST_F(BlockCacheTest, StaysWithinItsBudgetOverManyShards) {
  const auto filler = [](size_t i) { return FileNumber(100 + i); };
  constexpr size_t kCapacity = size_t{1} << 20;  // Two shards.
  BlockCache cache(Runtime::Default(), kCapacity);
  for (size_t i = 0; i < 10; ++i) {
    file_ = Write(filler(i));
    for (size_t j = 0; j < kBlockCount; ++j) Read(cache, j);
    EXPECT_LE(cache.statistics().bytes, kCapacity);
  }
  EXPECT_GT(cache.statistics().bytes, kCapacity * 9 / 10);
}

TEST_F(BlockCacheTest, KeepsNothingWithoutCapacity) {
  BlockCache cache(Runtime::Default(), 0);
  EXPECT_NE(Read(cache, 3), Read(cache, 3));
  cache.Drop(FileNumber(7));
  EXPECT_EQ(cache.statistics().bytes, 0u);
  EXPECT_EQ(cache.statistics().hits, 0u);
  EXPECT_EQ(cache.statistics().misses, 2u);
}

TEST_F(BlockCacheTest, EvictsWhatWasNotUsedBeforeWhatWas) {
  BlockCache cache(Runtime::Default(), 8000);
  const auto hot = Read(cache, 0);
  for (size_t i = 1; i < kBlockCount; ++i) {
    Read(cache, i);
    EXPECT_EQ(Read(cache, 0), hot) << "after " << i << " others";
  }
}

TEST_F(BlockCacheTest, LeavesEvictedBlocksToTheirHolders) {
  BlockCache cache(Runtime::Default(), 3000);
  const auto held = Read(cache, 0);
  for (size_t i = 1; i < 20; ++i) Read(cache, i);
  EXPECT_EQ(held.use_count(), 1) << "still kept";
  EXPECT_EQ(KeyOf(*held), "0");
  EXPECT_NE(Read(cache, 0), held);
}

TEST_F(BlockCacheTest, DropForgetsTheBlocksOfOneFile) {
  const auto other = Write(FileNumber(8));
  BlockCache cache(Runtime::Default(), kMany);
  const auto held = Read(cache, 0);
  for (size_t i = 0; i < kBlockCount; ++i) Read(cache, i);
  const auto kept = cache.Read(*other, references_[5], BlockKind::kLeaf).value();
  cache.Drop(FileNumber(7));
  EXPECT_EQ(cache.statistics().bytes, kept->bytes());
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(KeyOf(*held), "0");
  EXPECT_EQ(cache.Read(*other, references_[5], BlockKind::kLeaf).value(), kept);
  EXPECT_NE(Read(cache, 0), held);
}

TEST_F(BlockCacheTest, DoesNotKeepErrors) {
  BlockCache cache(Runtime::Default(), kMany);
  store_.failure = Status::Io("no such device");
  EXPECT_EQ(cache.Read(*file_, references_[0], BlockKind::kLeaf).status().code(), StatusCode::kIo);
  store_.failure = Status::Ok();
  EXPECT_EQ(KeyOf(*Read(cache, 0)), "0");
}

TEST_F(BlockCacheTest, NeverGivesABlockForAReferenceThatIsWrongAboutIt) {
  BlockCache cache(Runtime::Default(), kMany);
  Read(cache, 0);
  EXPECT_EQ(cache.Read(*file_, references_[0], BlockKind::kInner).status().code(), StatusCode::kCorruption);
  const BlockReference other_slot(references_[0].packed() | uint64_t{1} << 48);
  EXPECT_EQ(cache.Read(*file_, other_slot, BlockKind::kLeaf).status().code(), StatusCode::kUnsupported);
}

TEST_F(BlockCacheTest, HoldsNoLockOverIoAndKeepsOneCopy) {
  BlockCache cache(Runtime::Default(), 100'000);  // One shard: a lock held here would be met again.
  std::shared_ptr<const Block> inner;
  store_.on_read = [&](size_t) {
    store_.on_read = nullptr;
    inner = Read(cache, 3);
  };
  const auto outer = Read(cache, 3);
  EXPECT_EQ(outer, inner);
  EXPECT_EQ(cache.statistics().bytes, outer->bytes());
  EXPECT_EQ(cache.statistics().misses, 2u);
}

TEST_F(BlockCacheTest, ServesManyReadersAtOnce) {
  BlockCache cache(Runtime::Default(), 50'000);
  std::atomic<int> wrong = 0;
  {
    ThreadPool pool(4);
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      pool.Run([&, seed] {
        SeededRandom random(seed);
        for (int i = 0; i < 3000; ++i) {
          const size_t index = random.Below(kBlockCount);
          if (KeyOf(*Read(cache, index)) != std::to_string(index)) ++wrong;
          if (random.OneIn(500)) cache.Drop(FileNumber(7));
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(cache.statistics().hits + cache.statistics().misses, 12'000u);
  EXPECT_LE(cache.statistics().bytes, 50'000u);
}

}  // namespace
}  // namespace logwood::testing
