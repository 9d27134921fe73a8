#include <gtest/gtest.h>
#include <set>

#include "block/block_layout.h"
#include "codec/byte_writer.h"
#include "tests/block/block_entries.h"

namespace logwood::testing {
namespace {

uint8_t FlagsOf(const std::string& stored) { return static_cast<uint8_t>(stored[kBlockFlagsOffset]); }

uint32_t PrefixLengthOf(const std::string& stored) {
  return LoadFixed32(Bytes(stored).data() + kBlockPrefixLengthOffset);
}

TEST(BlockBuilder, FillsBlocksToNearTheirTarget) {
  SeededRandom random(1);
  std::set<std::string> keys;
  while (keys.size() < 2000) keys.insert(RandomKey(KeyFamily::kRandom, random));
  const std::string value(100, 'v');
  BlockBuilder builder(BlockKind::kLeaf, 8192);
  for (const std::string& key : keys) {
    if (!builder.Fits(key, value)) {
      const size_t size = builder.Finish(FileId(1), 48).size();
      EXPECT_LE(size, 8192u);
      EXPECT_GE(size, 8192u * 95 / 100);
      EXPECT_LE(size, builder.count() * size_t{16 + 100 + 5});
      builder.Clear();
    }
    builder.Add(key, EntryType::kPut, value);
  }
}

TEST(BlockBuilder, FitsAsLongAsTheBlockStaysWithinItsTarget) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    const auto family = static_cast<KeyFamily>(random.Below(5));
    const size_t target = 256 + random.Below(4096);
    std::set<std::string> keys;
    for (int i = 0; i < 200; ++i) keys.insert(RandomKey(family, random));
    BlockBuilder builder(BlockKind::kLeaf, target);
    for (const std::string& key : keys) {
      const std::string value(random.OneIn(8) ? 2000 : random.Below(50), 'v');
      const bool fits = builder.Fits(key, value);
      builder.Add(key, EntryType::kPut, value);
      const size_t size = builder.Finish(FileId(1), 48).size();
      if (builder.count() == 1) {
        EXPECT_TRUE(fits);
      } else if (fits) {
        EXPECT_LE(size, target);
      } else {
        // Too careful by the types at most, that the entry might have needed.
        EXPECT_GT(size + builder.count() + kBlockAlignment, target);
      }
      if (size > target) builder.Clear();
    }
  }
}

TEST(BlockBuilder, TakesOneEntryHoweverLarge) {
  BlockBuilder builder(BlockKind::kLeaf, 256);
  const std::string key(65'536, 'k');
  const std::string value(size_t{1} << 20, 'v');
  EXPECT_TRUE(builder.Fits(key, value));
  builder.Add(key, EntryType::kPut, value);
  EXPECT_FALSE(builder.Fits(key + "l", ""));
  const auto block = ParseBlock(builder.Finish(kTestIdentity.file_id, kTestIdentity.offset).string_view());
  EXPECT_EQ(EntriesOf(block.value()), (std::vector<BlockEntry>{{key, value}}));
}

TEST(BlockBuilder, ChoosesThePrefixThatLeavesEightBytesToHeads) {
  struct Case {
    std::vector<std::string> keys;
    uint32_t prefix_length;
    uint8_t flags;
  };
  const Case cases[] = {
      {{""}, 0, kBlockWholeKeys},
      {{"1234567"}, 7, kBlockWholeKeys},
      {{"12345678"}, 0, 0},
      {{"123456789"}, 1, 0},
      {{"user1", "user2"}, 4, kBlockWholeKeys},
      {{"user1", "user10000000"}, 5, kBlockWholeKeys},
      {{"", "user10000000"}, 0, kBlockWholeKeys},
      {{"0000000000000001", "0000000000000002"}, 8, 0},
      {{"aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaab"}, 8, 0},
      {{"aaaaaaaa", "baaaaaaa"}, 0, 0},
  };
  for (const Case& c : cases) {
    std::vector<BlockEntry> entries;
    for (const std::string& key : c.keys) entries.push_back({key, "v"});
    const std::string stored = BuildBlock(entries);
    EXPECT_EQ(PrefixLengthOf(stored), c.prefix_length) << c.keys.back();
    EXPECT_EQ(FlagsOf(stored), c.flags) << c.keys.back();
    EXPECT_EQ(stored.size() % kBlockAlignment, 0u);
  }
}

TEST(BlockBuilder, KeepsKeysWholeWhereValuesAreLarge) {
  const std::string key = "0000000000000001";
  EXPECT_EQ(FlagsOf(BuildBlock({{key, std::string(1023, 'v')}})), 0);
  EXPECT_EQ(FlagsOf(BuildBlock({{key, std::string(1024, 'v')}})), kBlockWholeKeys);
  EXPECT_EQ(FlagsOf(BuildBlock({{key, std::string(2047, 'v')}, {key + "1", ""}})), 0);
  EXPECT_EQ(FlagsOf(BuildBlock({{key, std::string(2048, 'v')}, {key + "1", ""}})), kBlockWholeKeys);
}

TEST(BlockBuilder, WidensEndsWhereTwoBytesDoNotReach) {
  const std::string large(65'535, 'v');
  EXPECT_EQ(FlagsOf(BuildBlock({{"12345678", large}})), kBlockWholeKeys);
  EXPECT_EQ(FlagsOf(BuildBlock({{"12345678", large + "v"}})), kBlockWholeKeys | kBlockWide);
  // Tails of 65,535 and 65,536 bytes.
  const std::string other(65'536, 'k');
  EXPECT_EQ(FlagsOf(BuildBlock({{"a234567812345678", ""}, {other.substr(0, 65'535), ""}})), 0);
  EXPECT_EQ(FlagsOf(BuildBlock({{"a234567812345678", ""}, {other, ""}})), kBlockWide);
}

TEST(BlockBuilder, HasTypesOnlyWhereNotAllArePuts) {
  EXPECT_EQ(FlagsOf(BuildBlock({{"12345678", "v"}})), 0);
  EXPECT_EQ(FlagsOf(BuildBlock({{"12345678", "", EntryType::kTombstone}})), kBlockTypes);
  EXPECT_EQ(FlagsOf(BuildBlock({{"12345678", "v"}, {"22345678", "link", EntryType::kValueLink}})), kBlockTypes);
}

TEST(BlockBuilder, KeepsFirstAndLastKeyWhileItGrows) {
  BlockBuilder builder(BlockKind::kLeaf, 8192);
  builder.Add("first", EntryType::kPut, "v");
  for (int i = 100; i < 999; ++i) builder.Add("key" + std::to_string(i), EntryType::kPut, std::string(100, 'v'));
  EXPECT_EQ(builder.first_key(), Bytes("first"));
  EXPECT_EQ(builder.last_key(), Bytes("key998"));
  EXPECT_EQ(builder.count(), 900u);
}

TEST(BlockBuilder, StartsAfreshAfterClear) {
  BlockBuilder builder(BlockKind::kLeaf, 8192);
  builder.Add("z", EntryType::kTombstone, "");
  builder.Clear();
  EXPECT_EQ(builder.count(), 0u);
  builder.Add("a2345678", EntryType::kPut, "v");
  EXPECT_EQ(builder.Finish(kTestIdentity.file_id, kTestIdentity.offset), Bytes(BuildBlock({{"a2345678", "v"}})));
}

TEST(BlockBuilderDeathTest, RefusesWhatTheFormatCannotHold) {
  BlockBuilder leaf(BlockKind::kLeaf, 8192);
  EXPECT_DEATH((void)leaf.Finish(FileId(1), 48), "entries_");
  leaf.Add("b", EntryType::kPut, "");
  EXPECT_DEATH(leaf.Add("b", EntryType::kPut, ""), "last_key");
  EXPECT_DEATH(leaf.Add("a", EntryType::kPut, ""), "last_key");
  EXPECT_DEATH(leaf.Add("c", EntryType::kTombstone, "v"), "value");
  EXPECT_DEATH(leaf.Add(std::string(65'537, 'c'), EntryType::kPut, "v"), "kKeySizeMax");
  EXPECT_DEATH((void)leaf.Finish(FileId(1), 49), "offset");
  BlockBuilder inner(BlockKind::kInner, 8192);
  EXPECT_DEATH(inner.Add("a", EntryType::kTombstone, ""), "kPut");
  BlockBuilder footer(BlockKind::kFooter, 8192);
  EXPECT_DEATH(footer.Add("a", EntryType::kPut, ""), "key.empty");
}

}  // namespace
}  // namespace logwood::testing
