#include "base/ids.h"

#include <gtest/gtest.h>
#include <type_traits>
#include <unordered_set>

namespace logwood {
namespace {

static_assert(!std::is_convertible_v<uint64_t, FileNumber>);
static_assert(!std::is_convertible_v<FileNumber, FileId>);
static_assert(!std::is_constructible_v<FileNumber, DatabaseId>);

TEST(StrongId, IsNoneByDefaultAndOrderedByValue) {
  EXPECT_EQ(FileNumber().value(), 0u);
  EXPECT_EQ(FileNumber(7).value(), 7u);
  EXPECT_EQ(FileNumber(7), FileNumber(7));
  EXPECT_LT(FileNumber(7), FileNumber(8));
}

TEST(StrongId, IsAKeyOfHashTables) {
  const std::unordered_set<CollectionId> ids = {CollectionId(1), CollectionId(2), CollectionId(1)};
  EXPECT_EQ(ids.size(), 2u);
}

struct SequenceCase {
  uint32_t epoch;
  uint64_t counter;
  uint64_t value;
  std::string_view text;
};

const SequenceCase kSequenceCases[] = {
    {0, 0, 0, "0:0"},
    {0, 1, 1, "0:1"},
    {0, Sequence::kCounterMax, 0x000000'ff'ffff'ffff, "0:1099511627775"},
    {1, 0, 0x000001'00'0000'0000, "1:0"},
    {3, 17, 0x000003'00'0000'0011, "3:17"},
    {Sequence::kEpochMax, Sequence::kCounterMax, ~uint64_t{0}, "16777215:1099511627775"},
};

TEST(Sequence, IsEpochAndCounterInOneNumber) {
  for (const auto& [epoch, counter, value, text] : kSequenceCases) {
    const Sequence sequence = Sequence::Of(epoch, counter);
    EXPECT_EQ(sequence.value(), value);
    EXPECT_EQ(sequence.epoch(), epoch);
    EXPECT_EQ(sequence.counter(), counter);
    EXPECT_EQ(Sequence(value), sequence);
    EXPECT_EQ(ToString(sequence), text);
  }
}

TEST(Sequence, ALaterEpochIsAfterEveryCounter) {
  EXPECT_LT(Sequence(), Sequence::Of(0, 1));
  EXPECT_LT(Sequence::Of(1, Sequence::kCounterMax), Sequence::Of(2, 0));
  EXPECT_EQ(Sequence::Max(), Sequence::Of(Sequence::kEpochMax, Sequence::kCounterMax));
}

TEST(Sequence, PlusStaysInTheEpoch) {
  EXPECT_EQ(Sequence::Of(2, 5).Plus(0), Sequence::Of(2, 5));
  EXPECT_EQ(Sequence::Of(2, 5).Plus(3), Sequence::Of(2, 8));
  EXPECT_EQ(Sequence::Of(2, 5).Plus(Sequence::kCounterMax - 5), Sequence::Of(2, Sequence::kCounterMax));
}

TEST(SequenceDeathTest, LeavingTheEpochEndsTheProcess) {
  EXPECT_DEATH(static_cast<void>(Sequence::Of(2, Sequence::kCounterMax).Plus(1)), "count <= kCounterMax");
  EXPECT_DEATH(static_cast<void>(Sequence::Of(2, 5).Plus(~uint64_t{0})), "count <= kCounterMax");
  EXPECT_DEATH(static_cast<void>(Sequence::Of(Sequence::kEpochMax + 1, 0)), "epoch <= kEpochMax");
  EXPECT_DEATH(static_cast<void>(Sequence::Of(0, Sequence::kCounterMax + 1)), "counter <= kCounterMax");
}

TEST(LogAddress, IsNoneByDefault) {
  EXPECT_EQ(LogAddress(), (LogAddress{FileNumber(), 0}));
  EXPECT_NE(LogAddress(), (LogAddress{FileNumber(1), 0}));
  EXPECT_NE((LogAddress{FileNumber(1), 8}), (LogAddress{FileNumber(1), 9}));
}

}  // namespace
}  // namespace logwood
