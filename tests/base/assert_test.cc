#include "base/assert.h"

#include <gtest/gtest.h>

namespace logwood {
namespace {

TEST(AssertDeathTest, NamesTheConditionAndThePlace) {
  const int one = 1;
  LOGWOOD_ASSERT(one == 1);
  EXPECT_DEATH(LOGWOOD_ASSERT(one == 2), "assert_test.cc:[0-9]+: assertion failed: one == 2");
}

TEST(AssertDeathTest, EvaluatesItsConditionOnce) {
  int evaluated = 0;
  LOGWOOD_ASSERT(++evaluated > 0);
  EXPECT_EQ(evaluated, 1);
}

}  // namespace
}  // namespace logwood
