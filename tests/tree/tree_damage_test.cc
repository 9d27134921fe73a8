#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "base/hash.h"
#include "tests/tree/stored_tree.h"
#include "tree/tree.h"

namespace logwood::testing {
namespace {

constexpr TreeBuilder::Options kSmallBlocks = {.block_size_bytes = 256};

// Verifies a file in which one byte of the block at `block` was changed; returns whether the damage was reported with
// its place, by Verify() or, where the tree no longer opens, by that.
bool IsReported(const StoredTrees& stored, std::string bytes, size_t at, size_t block) {
  bytes[at] ^= 0x20;
  const StoredTrees damaged(bytes);
  const std::string where = "tree file 7 offset " + std::to_string(block) + ":";
  const auto names_place = [&where](const Status& status) {
    return status.code() == StatusCode::kCorruption && status.message().find(where) == 0;
  };
  BlockCache cache(Runtime::Default(), 0);
  const auto tree = Tree::Open(damaged.OpenFile(), stored.descriptors()[0], cache);
  if (!tree.ok()) return names_place(tree.status());
  return std::ranges::any_of(DamageOf(**tree), names_place);
}

TEST(TreeDamage, OfAnyByteIsReportedWithItsPlace) {
  const StoredTrees stored({DecimalModel(120)}, kSmallBlocks);
  const std::string bytes = stored.bytes();
  const std::vector<size_t> blocks = BlockOffsets(bytes);
  ASSERT_EQ(blocks.back(), bytes.size());
  for (size_t i = 0; i + 1 < blocks.size(); ++i) {
    for (size_t at = blocks[i]; at < blocks[i + 1]; ++at) {
      ASSERT_TRUE(IsReported(stored, bytes, at, blocks[i])) << "byte " << at << " of the block at " << blocks[i];
    }
  }
}

TEST(TreeDamage, NeverMakesAWrongAnswer) {
  const Model model = DecimalModel(120);
  const StoredTrees stored({model}, kSmallBlocks);
  const std::string bytes = stored.bytes();
  const std::vector<size_t> blocks = BlockOffsets(bytes);
  for (size_t i = 0; i + 1 < blocks.size(); ++i) {
    std::string changed = bytes;
    changed[(blocks[i] + blocks[i + 1]) / 2] ^= 1;
    const StoredTrees damaged(changed);
    BlockCache cache(Runtime::Default(), 0);
    const auto tree = Tree::Open(damaged.OpenFile(), stored.descriptors()[0], cache);
    if (!tree.ok()) continue;
    for (const auto& [key, entry] : model) {
      const auto hit = (*tree)->Get(key, Hash64(key));
      if (hit.ok()) {
        ASSERT_TRUE(hit->has_value()) << key;
        ASSERT_EQ((*hit)->value, Bytes(entry.value)) << key;
      } else {
        ASSERT_EQ(hit.status().code(), StatusCode::kCorruption);
      }
    }
  }
}

TEST(TreeDamage, OfSeveralBlocksIsReportedForEach) {
  const StoredTrees stored({DecimalModel(300)}, kSmallBlocks);
  std::string bytes = stored.bytes();
  const std::vector<size_t> blocks = BlockOffsets(bytes);
  for (const int block : {0, 3, 4, 7}) bytes[blocks.at(static_cast<size_t>(block)) + 50] ^= 1;
  const StoredTrees damaged(bytes);
  BlockCache cache(Runtime::Default(), 0);
  const auto tree = Tree::Open(damaged.OpenFile(), stored.descriptors()[0], cache).value();
  EXPECT_EQ(DamageOf(*tree).size(), 4u);
}

TEST(TreeDamage, IsNotHiddenByTheCache) {
  const StoredTrees stored({DecimalModel(50)}, kSmallBlocks);
  BlockCache cache(Runtime::Default(), 1 << 20);
  const auto tree = Tree::Open(stored.OpenFile(), stored.descriptors()[0], cache).value();
  ExpectWalks(*tree, DecimalModel(50));
  const uint64_t misses = cache.statistics().misses;
  const uint64_t hits = cache.statistics().hits;
  const uint64_t blocks = tree->Verify([](const Status&) {}).value();
  EXPECT_EQ(blocks, BlockOffsets(stored.bytes()).size() - 1);
  EXPECT_EQ(cache.statistics().misses, misses);
  EXPECT_EQ(cache.statistics().hits, hits);
}

}  // namespace
}  // namespace logwood::testing
