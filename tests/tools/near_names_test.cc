#include "tools/command_line/near_names.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace logwood::testing {
namespace {

using command_line::NamesNear;
using Names = std::vector<std::string>;

TEST(NearNames, AreAFewEditsAwayAndTheNearestComesFirst) {
  EXPECT_EQ(NamesNear("user", {"events", "superuser", "usher", "users"}), (Names{"users", "usher"}));
  EXPECT_EQ(NamesNear("evnets", {"users", "events", "even"}), (Names{"events"}));
  EXPECT_EQ(NamesNear("scan", {"scan"}), (Names{"scan"}));
}

TEST(NearNames, MayDifferInCapitals) { EXPECT_EQ(NamesNear("USERS", {"users"}), (Names{"users"})); }

TEST(NearNames, MayBeginWithTheName) { EXPECT_EQ(NamesNear("col", {"collections", "count"}), (Names{"collections"})); }

TEST(NearNames, AreThreeAtMost) {
  EXPECT_EQ(NamesNear("log", {"log1", "log2", "log3", "log4"}), (Names{"log1", "log2", "log3"}));
}

TEST(NearNames, OfNothingAreNone) {
  EXPECT_EQ(NamesNear("", {"users"}), Names());
  EXPECT_EQ(NamesNear("users", {}), Names());
  EXPECT_EQ(NamesNear("abc", {"xyz"}), Names());
}

}  // namespace
}  // namespace logwood::testing
