#include <gtest/gtest.h>

#include "base/hash.h"
#include "codec/byte_reader.h"
#include "tests/format/golden.h"
#include "tests/tree/stored_tree.h"
#include "tree/tree_descriptor.h"

namespace logwood::testing {
namespace {

Model ExampleModel() {
  return {{"ada", {.value = "1815"}},
          {"alan", {.type = EntryType::kTombstone, .value = ""}},
          {"charles", {.value = "1791"}}};
}

StoredTrees ExampleFile() { return StoredTrees({ExampleModel()}, {.block_size_bytes = 80}); }

std::string ExampleDescriptor() {
  std::string bytes;
  AppendTreeDescriptor(bytes, ExampleFile().descriptors()[0]);
  return bytes;
}

TEST(GoldenTree, IsWhatThisVersionWrites) {
  ExpectGolden("tree_0.tree", ExampleFile().bytes());
  ExpectListing("tree.md", "tree_0.tree");
}

TEST(GoldenTreeDescriptor, IsWhatThisVersionWrites) {
  ExpectGolden("tree_descriptor_0.bin", ExampleDescriptor());
  ExpectListing("tree.md", "tree_descriptor_0.bin");
}

// A tree with range tombstones: the second covers all keys from "x" on.
StoredTrees ExampleWithRanges() {
  return StoredTrees({{{"ada", {.value = "1815"}}}}, {.filter_bits_per_key = 0}, {{"b", "d"}, {"x", ""}});
}

TEST(GoldenTree, WithRangeTombstonesIsWhatThisVersionWritesAndReads) {
  const StoredTrees example = ExampleWithRanges();
  ExpectGolden("tree_range_tombstones_0.tree", example.bytes());
  ExpectListing("tree.md", "tree_range_tombstones_0.tree");
  const StoredTrees stored(ReadGolden("tree_range_tombstones_0.tree"));
  BlockCache cache(Runtime::Default(), 0);
  const auto tree = Tree::Open(stored.OpenFile(), example.descriptors()[0], cache);
  ASSERT_TRUE(tree.ok()) << tree.status();
  const RangeTombstones read = (*tree)->range_tombstones();
  EXPECT_EQ(std::vector<RangeTombstone>(read.begin(), read.end()),
            (std::vector<RangeTombstone>{{"b", "d"}, {"x", ""}}));
  EXPECT_EQ(DamageOf(**tree), std::vector<Status>());
}

TEST(GoldenTree, IsRead) {
  const std::string descriptor_bytes = ReadGolden("tree_descriptor_0.bin");
  ByteReader reader{Bytes(descriptor_bytes)};
  const TreeDescriptor descriptor = ReadTreeDescriptor(reader).value();
  const StoredTrees stored(ReadGolden("tree_0.tree"));
  BlockCache cache(Runtime::Default(), 0);
  const auto tree = Tree::Open(stored.OpenFile(), descriptor, cache);
  ASSERT_TRUE(tree.ok()) << tree.status();
  ExpectGets(**tree, ExampleModel());
  ExpectWalks(**tree, ExampleModel());
  EXPECT_EQ(DamageOf(**tree), std::vector<Status>());
}

}  // namespace
}  // namespace logwood::testing
