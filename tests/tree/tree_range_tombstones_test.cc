#include "tree/tree_range_tombstones.h"

#include <cstddef>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "base/hash.h"
#include "logwood/testing/simulated_store.h"
#include "logwood/testing/simulator.h"
#include "tests/tree/stored_tree.h"

namespace logwood::testing {
namespace {

constexpr TreeBuilder::Options kSmallBlocks = {.block_size_bytes = 256};

// What the tree says of a key.
std::string SaidOf(const Tree& tree, const std::string& key) {
  const auto hit = tree.Get(key, Hash64(key)).value();
  if (!hit) return "nothing";
  return hit->type == EntryType::kTombstone ? "deleted" : hit->value.ToString();
}

TEST(TreeRangeTombstones, HideOlderTreesAndNotTheirOwn) {
  const OpenTree tree({{"ada", {.value = "1815"}}, {"alan", {.value = "1912"}}}, {}, {{"a", "ada"}, {"al", "b"}});
  EXPECT_EQ(SaidOf(*tree, "ab"), "deleted");
  EXPECT_EQ(SaidOf(*tree, "ada"), "1815");
  EXPECT_EQ(SaidOf(*tree, "ae"), "nothing");
  EXPECT_EQ(SaidOf(*tree, "alan"), "1912");
  EXPECT_EQ(SaidOf(*tree, "alb"), "deleted");
  EXPECT_EQ(SaidOf(*tree, "b"), "nothing");
  ExpectWalks(*tree, {{"ada", {.value = "1815"}}, {"alan", {.value = "1912"}}});
}

TEST(TreeRangeTombstones, ComeBackFromManyBlocks) {
  std::vector<std::string> keys;
  for (int i = 0; i < 2000; ++i) keys.push_back(std::to_string(10000 + i));
  std::vector<RangeTombstone> written;
  for (size_t i = 0; i + 1 < keys.size(); i += 2) written.push_back({keys[i], keys[i + 1]});
  written.push_back({"2", ""});
  const OpenTree tree(DecimalModel(50), kSmallBlocks, written);
  const RangeTombstones read = tree->range_tombstones();
  EXPECT_EQ(std::vector<RangeTombstone>(read.begin(), read.end()), written);
  const TreeDescriptor& descriptor = tree->descriptor();
  EXPECT_EQ(descriptor.range_tombstones, written.size());
  EXPECT_EQ(descriptor.smallest_key(), Bytes("00000000"));
  EXPECT_TRUE(descriptor.SaysOfKeysFrom("z"));
  EXPECT_EQ(DamageOf(*tree), std::vector<Status>());
}

TEST(TreeRangeTombstones, WidenTheKeysThatADescriptorSaysSomethingOf) {
  const OpenTree tree({{"k", {.value = "v"}}}, {}, {{"d", "f"}, {"m", "p"}});
  const TreeDescriptor& descriptor = tree->descriptor();
  EXPECT_EQ(descriptor.smallest_key(), Bytes("d"));
  EXPECT_TRUE(descriptor.SaysOfKeysFrom("o"));
  EXPECT_FALSE(descriptor.SaysOfKeysFrom("p"));
  EXPECT_TRUE(descriptor.SaysOfKeysBelow("e"));
  EXPECT_FALSE(descriptor.SaysOfKeysBelow("d"));
}

TEST(TreeRangeTombstones, OutOfOrderAreRefusedByTheBuilder) {
  const auto add = [](const std::vector<RangeTombstone>& tombstones) {
    const std::unique_ptr<Store> store = NewMemoryStore();
    const auto file = BlockFileWriter::Create(*store, kTreeFileHeader, 0).value();
    TreeBuilder builder(*file, {});
    Status status;
    for (const RangeTombstone& tombstone : tombstones) status = builder.AddRangeTombstone(tombstone);
    return status.code();
  };
  EXPECT_EQ(add({{"a", "b"}, {"c", ""}}), StatusCode::kOk);
  EXPECT_EQ(add({{"b", "b"}}), StatusCode::kCorruption);
  EXPECT_EQ(add({{"a", "c"}, {"b", "d"}}), StatusCode::kCorruption);
  EXPECT_EQ(add({{"a", "b"}, {"b", "c"}}), StatusCode::kCorruption);  // Touching ones are one.
  EXPECT_EQ(add({{"a", ""}, {"b", "c"}}), StatusCode::kCorruption);
  EXPECT_EQ(add({{"a", std::string((size_t{64} << 10) + 1, 'k')}}), StatusCode::kInvalidArgument);
}

TEST(TreeRangeTombstones, DamageOfTheirBlockIsToldByOpening) {
  const StoredTrees stored({DecimalModel(3)}, {}, {{"a", "b"}});
  const auto file = stored.OpenFile();
  const TreeFooter footer = ReadTreeFooter(*file, stored.descriptors()[0].footer).value();
  std::string bytes = stored.bytes();
  bytes[footer.range_tombstone_blocks[0].offset() + 40] ^= 1;
  const StoredTrees damaged(bytes);
  BlockCache cache(Runtime::Default(), 0);
  const auto opened = Tree::Open(damaged.OpenFile(), stored.descriptors()[0], cache);
  EXPECT_EQ(opened.status().code(), StatusCode::kCorruption);
  EXPECT_TRUE(opened.status().message().starts_with("tree file 7 offset " +
                                                    std::to_string(footer.range_tombstone_blocks[0].offset())))
      << opened.status();
}

TEST(TreeRangeTombstones, DamageOfTheirBlockSinceOpeningIsToldByVerify) {
  const StoredTrees stored({DecimalModel(3)}, {}, {{"a", "b"}});
  Simulator simulator(1);
  SimulatedStore store(simulator);
  const std::string name = FileName(kTreeFileHeader.number, kTreeFileHeader.type);
  store.Create(name, {}).value()->Append(stored.bytes()).Check();
  BlockCache cache(simulator, 0);
  const auto tree = Tree::Open(stored.OpenFile(store), stored.descriptors()[0], cache).value();
  EXPECT_EQ(DamageOf(*tree), std::vector<Status>());
  const uint64_t offset =
      ReadTreeFooter(tree->file(), tree->descriptor().footer).value().range_tombstone_blocks[0].offset();
  store.Overwrite(name, offset + 40, "\xff").Check();
  const std::vector<Status> damage = DamageOf(*tree);
  ASSERT_EQ(damage.size(), 1u);
  EXPECT_TRUE(damage[0].message().starts_with("tree file 7 offset " + std::to_string(offset))) << damage[0];
  EXPECT_EQ(SaidOf(*tree, "a"), "deleted");  // Read at opening.
}

// Blocks whose checksums are right, of what the builder refuses to write.
TEST(TreeRangeTombstones, OutOfOrderAreRefusedByTheReader) {
  const auto read = [](const std::vector<RangeTombstone>& forged) {
    const std::unique_ptr<Store> store = NewMemoryStore();
    const auto writer = BlockFileWriter::Create(*store, kTreeFileHeader, 0).value();
    BlockBuilder block(BlockKind::kRangeTombstones, size_t{64} << 10);
    for (const RangeTombstone& tombstone : forged) block.Add(tombstone.begin, EntryType::kPut, tombstone.end);
    const TreeFooter footer{.range_tombstones = forged.size(),
                            .range_tombstone_blocks = {writer->Append(block).value()},
                            .range_tombstones_begin = forged.front().begin.ToString(),
                            .range_tombstones_end = forged.back().end.ToString()};
    writer->SyncAndFinish().Check();
    const auto file = BlockFile::Open(*store, {.number = kTreeFileHeader.number,
                                               .type = kTreeFileHeader.type,
                                               .id = kTreeFileHeader.id,
                                               .database = kTreeFileHeader.database,
                                               .length = writer->size()})
                          .value();
    const Status status = TreeRangeTombstones::Read(*file, footer).status();
    const std::string message(status.message());
    return status.ok() ? "ok" : message.substr(message.rfind(' ') + 1);
  };
  const std::string too_long((size_t{64} << 10) + 1, 'z');
  EXPECT_EQ(read({{"a", "b"}, {"c", ""}}), "ok");
  EXPECT_EQ(read({{"a", too_long}}), "size");
  EXPECT_EQ(read({{"a", "b"}, {"c", "c"}}), "end");
  EXPECT_EQ(read({{"a", "d"}, {"c", "e"}}), "order");
  EXPECT_EQ(read({{"a", "b"}, {"b", "c"}}), "order");
  EXPECT_EQ(read({{"a", ""}, {"b", "c"}}), "order");
}

TEST(TreeRangeTombstones, ThatDifferFromTheFooterAreCorruption) {
  const StoredTrees stored({DecimalModel(3)}, {}, {{"a", "b"}, {"d", "f"}});
  const auto file = stored.OpenFile();
  const auto expect_refused = [&](const auto& change, const std::string& what) {
    TreeFooter footer = ReadTreeFooter(*file, stored.descriptors()[0].footer).value();
    change(footer);
    const Status status = TreeRangeTombstones::Read(*file, footer).status();
    EXPECT_EQ(status.code(), StatusCode::kCorruption);
    EXPECT_TRUE(std::string(status.message()).ends_with("range tombstones have a wrong " + what)) << status;
  };
  expect_refused([](TreeFooter& footer) { footer.range_tombstones = 3; }, "number");
  expect_refused([](TreeFooter& footer) { footer.range_tombstones_begin = "b"; }, "begin");
  expect_refused([](TreeFooter& footer) { footer.range_tombstones_end = ""; }, "end of the last");
}

}  // namespace
}  // namespace logwood::testing
