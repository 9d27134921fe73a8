#include "txn/read_set.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace logwood {
namespace {

constexpr CollectionId kUsers(1);

std::vector<std::string> KeysOf(const ReadSet& set) {
  std::vector<std::string> keys;
  set.VisitKeys([&keys](CollectionId, Bytes key) {
    keys.push_back(key.ToString());
    return true;
  });
  return keys;
}

TEST(ReadSet, ARangeGrowsBothWaysAndNeverShrinks) {
  ReadSet set;
  ReadSet::Place place = set.AddRange(kUsers, {.begin = "m", .end = "n"});
  set.Extend(place, kUsers, {.begin = "m", .end = "p"});
  set.Extend(place, kUsers, {.begin = "k", .end = "l"});
  set.Extend(place, kUsers, {.begin = "o", .end = "oo"});
  ASSERT_EQ(set.ranges().size(), 1u);
  EXPECT_EQ(set.ranges()[0].begin, "k");
  EXPECT_EQ(set.ranges()[0].end, "p");
  set.Extend(place, kUsers, {.begin = "o", .end = ""});
  set.Extend(place, kUsers, {.begin = "o", .end = "z"});
  EXPECT_EQ(set.ranges()[0].end, "");
}

TEST(ReadSet, BecomesOneRangeACollectionWhereItIsLarge) {
  ReadSet set;
  ReadSet::Place place = set.AddRange(CollectionId(2), {.begin = "x", .end = "y"});
  const std::string filler(1000, 'k');
  for (size_t i = 0; i * filler.size() <= ReadSet::kBytesMax; ++i) set.AddKey(kUsers, std::to_string(i) + filler);
  ASSERT_EQ(set.ranges().size(), 2u);
  EXPECT_EQ(set.ranges()[0].begin, "0" + filler);
  EXPECT_EQ(set.ranges()[1].begin, "x");
  EXPECT_LE(set.bytes(), ReadSet::kBytesMax);
  // A cursor that goes on does so in a range of its own.
  set.Extend(place, CollectionId(2), {.begin = "y", .end = "z"});
  set.Extend(place, CollectionId(2), {.begin = "y", .end = "zz"});
  ASSERT_EQ(set.ranges().size(), 3u);
  EXPECT_EQ(set.ranges()[2].end, "zz");
}

TEST(ReadSet, KeepsKeysInTheOrderOfReading) {
  ReadSet set;
  EXPECT_TRUE(set.empty());
  for (const char* const key : {"b", "", "a"}) set.AddKey(kUsers, key);
  EXPECT_EQ(KeysOf(set), (std::vector<std::string>{"b", "", "a"}));
}

}  // namespace
}  // namespace logwood
