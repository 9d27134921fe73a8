#include "tree/tree_descriptor.h"

#include <gtest/gtest.h>
#include <string>

#include "codec/byte_reader.h"
#include "logwood/options.h"

namespace logwood::testing {
namespace {

const TreeDescriptor kExample = {.file = FileNumber(12),
                                 .footer = BlockReference::Of(81'920, 200),
                                 .entries = 1000,
                                 .tombstones = 10,
                                 .bytes = 70'000,
                                 .first_key = "a",
                                 .last_key = std::string("z\0", 2)};

Result<TreeDescriptor> Decoded(const TreeDescriptor& tree) {
  std::string bytes;
  AppendTreeDescriptor(bytes, tree);
  ByteReader reader{Bytes(bytes)};
  return ReadTreeDescriptor(reader);
}

TEST(TreeDescriptor, SurvivesEncoding) {
  std::string bytes;
  AppendTreeDescriptor(bytes, kExample);
  bytes += "behind";
  ByteReader reader{Bytes(bytes)};
  EXPECT_EQ(ReadTreeDescriptor(reader).value(), kExample);
  EXPECT_EQ(reader.rest(), "behind");
}

TEST(TreeDescriptor, CutShortAnywhereIsRefused) {
  std::string bytes;
  AppendTreeDescriptor(bytes, kExample);
  for (size_t size = 0; size < bytes.size(); ++size) {
    ByteReader reader(Bytes(bytes).First(size));
    EXPECT_EQ(ReadTreeDescriptor(reader).status().code(), StatusCode::kCorruption) << size;
  }
}

TEST(TreeDescriptor, WithAWrongFieldIsRefused) {
  const auto expect_refused = [](const auto& change, const std::string& message) {
    TreeDescriptor tree = kExample;
    change(tree);
    const Status status = Decoded(tree).status();
    EXPECT_EQ(status.code(), StatusCode::kCorruption);
    EXPECT_NE(status.message().find(message), std::string::npos) << status;
  };
  expect_refused([](auto& tree) { tree.file = FileNumber(); }, "file number 0");
  expect_refused([](auto& tree) { tree.footer = BlockReference(uint64_t{1} << 48); }, "another file");
  expect_refused([](auto& tree) { tree.entries = 0; }, "no entries");
  expect_refused([](auto& tree) { tree.tombstones = 1001; }, "1001 tombstones among 1000");
  expect_refused([](auto& tree) { tree.bytes = kBlockHeaderSize; }, "only 32 bytes");
  expect_refused([](auto& tree) { tree.last_key = std::string(kKeySizeMax + 1, 'z'); }, "65537 bytes");
  expect_refused([](auto& tree) { tree.first_key = "zz"; }, "behind last key");
  expect_refused([](auto& tree) { tree.first_key = tree.last_key; }, "1000 entries do not fit");
  expect_refused([](auto& tree) { tree.entries = tree.tombstones = 1; }, "1 entries do not fit");
}

}  // namespace
}  // namespace logwood::testing
