#include "cursor/range_tombstone.h"

#include <gtest/gtest.h>
#include <vector>

namespace logwood {
namespace {

using List = std::vector<RangeTombstone>;

TEST(RangeTombstone, CoversFromItsBeginToBelowItsEnd) {
  const RangeTombstone tombstone{"b", "d"};
  EXPECT_FALSE(tombstone.Covers("a"));
  EXPECT_TRUE(tombstone.Covers("b"));
  EXPECT_TRUE(tombstone.Covers("czz"));
  EXPECT_FALSE(tombstone.Covers("d"));
  EXPECT_TRUE((RangeTombstone{"b", ""}).Covers("\xff\xff"));
  EXPECT_TRUE((RangeTombstone{"", ""}).Covers(""));
}

TEST(RangeTombstones, AreFoundByKey) {
  const List list = {{"b", "d"}, {"d", "f"}, {"k", ""}};
  const RangeTombstones tombstones(list);
  EXPECT_EQ(tombstones.Covering("a"), nullptr);
  EXPECT_EQ(tombstones.Covering("c"), &list[0]);
  EXPECT_EQ(tombstones.Covering("d"), &list[1]);
  EXPECT_EQ(tombstones.Covering("f"), nullptr);
  EXPECT_EQ(tombstones.Covering("z"), &list[2]);
  EXPECT_EQ(tombstones.FindReaching("d"), 0u);
  EXPECT_EQ(tombstones.FindReaching("e"), 1u);
  EXPECT_EQ(RangeTombstones().Covering("a"), nullptr);
}

TEST(RangeTombstones, OfSeveralListsAreGoneAroundAtOnce) {
  const List first = {{"b", "d"}, {"m", "p"}};
  const List second = {{"d", "h"}, {"o", ""}};
  const std::vector<RangeTombstones> lists = {RangeTombstones(first), RangeTombstones(second)};
  EXPECT_EQ(EndOfCovered(lists, "c"), Bytes("h"));
  EXPECT_EQ(BeginOfCovered(lists, "g"), Bytes("b"));
  EXPECT_EQ(EndOfCovered(lists, "n"), Bytes(""));
  EXPECT_EQ(BeginOfCovered(lists, "zz"), Bytes("m"));
  EXPECT_EQ(FirstCovering(lists, "o"), 0u);
  EXPECT_EQ(FirstCovering(lists, "q"), 1u);
  EXPECT_FALSE(FirstCovering(lists, "i").has_value());
}

TEST(RangeTombstones, ThatTouchInAListAreGoneAroundAtOnce) {
  const List first = {{"a", "b"}, {"b", "c"}, {"c", "d"}, {"f", "g"}};
  const List second = {{"d", "e"}, {"e", "f"}, {"h", "i"}, {"i", ""}};
  const std::vector<RangeTombstones> lists = {RangeTombstones(first), RangeTombstones(second)};
  EXPECT_EQ(EndOfCovered(lists, "b"), Bytes("g"));
  EXPECT_EQ(BeginOfCovered(lists, "f"), Bytes("a"));
  EXPECT_EQ(EndOfCovered(lists, "h"), Bytes(""));
  EXPECT_EQ(BeginOfCovered(lists, "z"), Bytes("h"));
}

TEST(RangeTombstones, HaveGapsBetweenTheirBorders) {
  const List first = {{"b", "d"}};
  const List second = {{"c", "h"}};
  const std::vector<RangeTombstones> lists = {RangeTombstones(first), RangeTombstones(second)};
  const auto expect = [&lists](Bytes key, Bytes begin, Bytes end) {
    const KeySpan gap = GapAround(lists, key);
    EXPECT_EQ(gap.begin, begin) << key;
    EXPECT_EQ(gap.end, end) << key;
    EXPECT_TRUE(gap.Contains(key)) << key;
  };
  expect("a", "", "b");
  expect("b", "b", "c");
  expect("c", "c", "d");
  expect("e", "d", "h");
  expect("h", "h", "");
}

TEST(RangeTombstones, UniteWhereTheyOverlapOrTouch) {
  const List first = {{"b", "d"}, {"k", "m"}};
  const List second = {{"a", "c"}, {"d", "e"}, {"l", ""}};
  const std::vector<RangeTombstones> lists = {RangeTombstones(first), RangeTombstones(second)};
  EXPECT_EQ(Unite(lists), (List{{"a", "e"}, {"k", ""}}));
  EXPECT_EQ(Unite({}), List());
}

TEST(RangeTombstones, AreClippedToARange) {
  const List list = {{"b", "d"}, {"f", "h"}, {"k", ""}};
  EXPECT_EQ(Clip(RangeTombstones(list), {"c", "g"}), (List{{"c", "d"}, {"f", "g"}}));
  EXPECT_EQ(Clip(RangeTombstones(list), {"d", "f"}), List());
  EXPECT_EQ(Clip(RangeTombstones(list), {"m", ""}), (List{{"m", ""}}));
  EXPECT_EQ(Clip(RangeTombstones(list), {"m", "n"}), (List{{"m", "n"}}));
}

}  // namespace
}  // namespace logwood
