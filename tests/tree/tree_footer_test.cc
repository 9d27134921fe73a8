#include "tree/tree_footer.h"

#include <gtest/gtest.h>
#include <string>

#include "logwood/options.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kOffset = 1 << 20;

TreeFooter Example() {
  return {.root = BlockReference::Of(90'000, 8000),
          .begin = 48,
          .leaves = 11,
          .entries = 600,
          .tombstones = 30,
          .filter_lines = 12,
          .height = 2,
          .filter_probes = 7,
          .filter_blocks = {BlockReference::Of(98'000, 900)},
          .first_key = "",
          .last_key = "z"};
}

Result<TreeFooter> Decoded(const TreeFooter& footer) {
  return DecodeTreeFooter(EncodeTreeFooter(footer), kOffset, "tree file 7 offset 1048576");
}

TEST(TreeFooter, SurvivesEncoding) { EXPECT_EQ(Decoded(Example()).value(), Example()); }

TEST(TreeFooter, CutShortOrLongerIsRefused) {
  std::string payload = EncodeTreeFooter(Example());
  for (size_t size = 0; size < payload.size(); ++size) {
    EXPECT_EQ(DecodeTreeFooter(Bytes(payload).First(size), kOffset, "").status().code(), StatusCode::kCorruption);
  }
  payload.push_back('\0');
  EXPECT_EQ(DecodeTreeFooter(payload, kOffset, "").status().code(), StatusCode::kCorruption);
}

TEST(TreeFooter, WithAnythingInItsPaddingIsRefused) {
  std::string payload = EncodeTreeFooter(Example());
  payload[54] = 1;
  EXPECT_EQ(DecodeTreeFooter(payload, kOffset, "").status().code(), StatusCode::kCorruption);
}

TEST(TreeFooter, WithAWrongFieldIsRefused) {
  const auto expect_refused = [](const auto& change, const std::string& message) {
    TreeFooter footer = Example();
    change(footer);
    const Status status = Decoded(footer).status();
    EXPECT_EQ(status.code(), StatusCode::kCorruption) << message;
    EXPECT_EQ(status.message(), "tree file 7 offset 1048576: footer has a wrong " + message);
  };
  expect_refused([](auto& footer) { footer.begin = 40; }, "begin of the tree");
  expect_refused([](auto& footer) { footer.begin = 52; }, "begin of the tree");
  expect_refused([](auto& footer) { footer.begin = kOffset; }, "begin of the tree");
  expect_refused([](auto& footer) { footer.root = BlockReference::Of(kOffset, 100); }, "reference of the root");
  expect_refused([](auto& footer) { footer.root = BlockReference(uint64_t{1} << 48 | 100); }, "reference of the root");
  expect_refused([](auto& footer) { footer.height = 0; }, "height");
  expect_refused([](auto& footer) { footer.height = kTreeHeightMax + 1; }, "height");
  expect_refused([](auto& footer) { footer.height = 1; }, "place of the root");
  expect_refused([](auto& footer) { footer.root = BlockReference::Of(48, 100); }, "place of the root");
  expect_refused([](auto& footer) { footer.leaves = 0; }, "number of leaves");
  expect_refused([](auto& footer) { footer.leaves = kOffset / kBlockHeaderSize; }, "number of leaves");
  expect_refused([](auto& footer) { footer.leaves = 1; }, "number of leaves for the height");
  expect_refused([](auto& footer) { footer.filter_lines = kOffset / 64; }, "number of filter lines");
  expect_refused([](auto& footer) { footer.filter_lines = 0; }, "number of filter blocks");
  expect_refused([](auto& footer) { footer.filter_blocks.clear(); }, "number of filter blocks");
  expect_refused([](auto& footer) { footer.filter_probes = 0; }, "number of filter probes");
  expect_refused([](auto& footer) { footer.filter_probes = 31; }, "number of filter probes");
  expect_refused([](auto& footer) { footer.filter_blocks[0] = footer.root; }, "reference of a filter block");
  expect_refused([](auto& footer) { footer.filter_blocks[0] = BlockReference::Of(kOffset, 8); },
                 "reference of a filter block");
  expect_refused([](auto& footer) { footer.entries = 10; }, "number of entries");
  expect_refused([](auto& footer) { footer.tombstones = 601; }, "number of tombstones");
  expect_refused([](auto& footer) { footer.last_key = std::string(kKeySizeMax + 1, 'k'); }, "size of a key");
  expect_refused([](auto& footer) { footer.first_key = "zz"; }, "order of first and last key");
  expect_refused([](auto& footer) { footer.first_key = footer.last_key; }, "order of first and last key");
}

}  // namespace
}  // namespace logwood::testing
