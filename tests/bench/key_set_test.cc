#include "tools/bench/key_set.h"

#include <gtest/gtest.h>

namespace logwood::bench {
namespace {

TEST(KeySet, CountsEachIndexOnce) {
  KeySet set(200);
  set.Insert(0);
  set.Insert(199);
  set.Insert(199);
  EXPECT_EQ(set.count(), 2u);
  set.Erase(0);
  set.Erase(0);
  EXPECT_EQ(set.count(), 1u);
  EXPECT_FALSE(set.Contains(0));
  EXPECT_TRUE(set.Contains(199));
}

TEST(KeySet, FindsTheNextMemberAndGoesRound) {
  for (const uint64_t limit : {64u, 65u, 128u, 1000u}) {
    KeySet set(limit);
    set.Insert(3);
    EXPECT_EQ(set.AtOrAfter(0), 3u);
    EXPECT_EQ(set.AtOrAfter(3), 3u);
    EXPECT_EQ(set.AtOrAfter(4), 3u) << limit;
    EXPECT_EQ(set.AtOrAfter(limit - 1), 3u) << limit;
    set.Insert(limit - 1);
    EXPECT_EQ(set.AtOrAfter(4), limit - 1);
  }
}

}  // namespace
}  // namespace logwood::bench
