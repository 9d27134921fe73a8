#include <gtest/gtest.h>

#include "codec/byte_writer.h"
#include "tests/block/block_entries.h"
#include "tests/format/golden.h"

namespace logwood::testing {
namespace {

constexpr FileId kFileId(0xa1a2a3a4a5a6a7a8);
constexpr BlockIdentity kLeafIdentity{.file_id = kFileId, .offset = 48, .kind = BlockKind::kLeaf};
constexpr BlockIdentity kInnerIdentity{.file_id = kFileId, .offset = 4096, .kind = BlockKind::kInner};

std::vector<BlockEntry> LeafEntries() {
  return {{"user:0000000041", "ada"}, {"user:0000000042", "", EntryType::kTombstone}, {"user:0000000042:mail", "c@x"}};
}

std::string Packed(BlockReference reference) {
  std::string bytes;
  AppendFixed64(bytes, reference.packed());
  return bytes;
}

std::vector<BlockEntry> InnerEntries() {
  return {{"", Packed(BlockReference::Of(48, 2000))}, {"m", Packed(BlockReference::Of(2048, 2048))}};
}

TEST(GoldenBlock, IsWhatThisVersionWrites) {
  ExpectGolden("block_leaf_0.bin", BuildBlock(LeafEntries(), kLeafIdentity));
  ExpectListing("block.md", "block_leaf_0.bin");
  ExpectGolden("block_whole_0.bin", BuildBlock(InnerEntries(), kInnerIdentity));
  ExpectListing("block.md", "block_whole_0.bin");
}

TEST(GoldenBlock, IsRead) {
  const auto leaf = ParseBlock(ReadGolden("block_leaf_0.bin"), kLeafIdentity);
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  EXPECT_EQ(EntriesOf(*leaf), LeafEntries());
  const auto inner = ParseBlock(ReadGolden("block_whole_0.bin"), kInnerIdentity);
  ASSERT_TRUE(inner.ok()) << inner.status();
  EXPECT_EQ(EntriesOf(*inner), InnerEntries());
}

}  // namespace
}  // namespace logwood::testing
