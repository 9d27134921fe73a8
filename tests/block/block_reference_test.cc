#include <gtest/gtest.h>

#include "block/block.h"

namespace logwood {
namespace {

TEST(BlockReference, BoundsLengthsFromAboveByAnEighthAtMost) {
  struct Case {
    size_t length;
    size_t length_max;
  };
  constexpr Case kCases[] = {
      {1, 8},
      {8, 8},
      {9, 16},
      {40, 40},
      {64, 64},
      {65, 72},
      {120, 120},
      {128, 128},
      {129, 144},
      {144, 144},
      {145, 160},
      {256, 256},
      {257, 288},
      {8184, 8192},
      {8192, 8192},
      {8193, 9216},
      {9216, 9216},
      {9224, 10240},
      {65536, 65536},
      {65544, 73728},
      {kBlockSizeMax - 8, kBlockSizeMax},
      {kBlockSizeMax, kBlockSizeMax},
  };
  for (const Case& c : kCases) EXPECT_EQ(BlockReference::Of(0, c.length).length_max(), c.length_max) << c.length;
}

TEST(BlockReference, NeverBoundsALengthBelowItself) {
  for (size_t length = 8; length <= kBlockSizeMax; length += 8 + length / 64 * 8) {
    const size_t max = BlockReference::Of(0, length).length_max();
    EXPECT_GE(max, length);
    EXPECT_LE(max - length, length / 8) << length;
  }
}

TEST(BlockReference, PacksOffsetAndClassApart) {
  constexpr uint64_t kOffsetMax = (uint64_t{1} << 43) - 8;
  for (const uint64_t offset : {uint64_t{0}, uint64_t{48}, uint64_t{1} << 32, kOffsetMax}) {
    for (const size_t length : {size_t{1}, size_t{8192}, kBlockSizeMax}) {
      const BlockReference reference = BlockReference::Of(offset, length);
      EXPECT_EQ(reference.offset(), offset);
      EXPECT_EQ(reference.length_max(), BlockReference::Of(0, length).length_max());
      EXPECT_EQ(reference.file_slot(), 0);
      EXPECT_EQ(BlockReference(reference.packed()), reference);
    }
  }
}

TEST(BlockReference, HasItsFieldsWhereTheFormatSays) {
  // Slot 0x0102, class 8 (9 units of 8 bytes), offset 8 * 5.
  const BlockReference reference(0x0102'08'0000000005);
  EXPECT_EQ(reference.file_slot(), 0x0102);
  EXPECT_EQ(reference.length_max(), 72u);
  EXPECT_EQ(reference.offset(), 40u);
  EXPECT_EQ(BlockReference::Of(40, 65).packed(), 0x0000'08'0000000005u);
}

TEST(BlockReferenceDeathTest, RefusesWhatDoesNotFit) {
  EXPECT_DEATH((void)BlockReference::Of(4, 8), "alignment|Alignment");
  EXPECT_DEATH((void)BlockReference::Of(uint64_t{1} << 43, 8), "offset");
  EXPECT_DEATH((void)BlockReference::Of(0, 0), "length");
  EXPECT_DEATH((void)BlockReference::Of(0, kBlockSizeMax + 1), "length");
}

}  // namespace
}  // namespace logwood
